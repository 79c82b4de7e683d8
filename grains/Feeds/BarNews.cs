using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>Tells the bars that are watched as they change: those that are complete since the batch before, and the open one.</summary>
/// <param name="price">The price whose bars are told.</param>
internal sealed class BarNews(FeedBars bars, Func<BarPrice> price, Func<BarBatch, Task> tell, TimeProvider time)
{
    private static readonly Timeframe[] s_timeframes = Enum.GetValues<Timeframe>();

    private readonly WatchLease?[] _leases = new WatchLease?[s_timeframes.Length];
    private readonly Bar[] _told = new Bar[s_timeframes.Length];

    /// <summary>Decides when to publish; set before the first change.</summary>
    public ConflatingPublisher Publisher { get; set; } = null!;

    /// <summary>Takes a wish, which holds for some 15 s.</summary>
    public void Watch(Timeframe timeframe) => (_leases[(int)timeframe - 1] ??= new WatchLease(time)).Renew(1);

    /// <summary>The newest bar and the one just before it, as far as there are.</summary>
    public IReadOnlyList<Bar> Newest(Timeframe timeframe) => Since(timeframe, long.MaxValue);

    /// <summary>Says that bars have changed.</summary>
    public void Changed()
    {
        if (_leases.Any(lease => lease?.Wanted > 0))
        {
            Publisher.Changed();
        }
    }

    public async Task Publish()
    {
        foreach (var timeframe in s_timeframes)
        {
            ref var told = ref _told[(int)timeframe - 1];
            if (_leases[(int)timeframe - 1]?.Wanted > 0 && Since(timeframe, told.StartMs) is { Count: > 0 } news && news[^1] != told)
            {
                told = news[^1];
                await tell(new BarBatch(timeframe, news));
            }
        }
    }

    // Also when a replay has started over, whose bars are older than those that were told.
    private List<Bar> Since(Timeframe timeframe, long startMs)
    {
        if (bars.OpenStart(timeframe, price()) is not { } open)
        {
            return [];
        }

        var before = open - FeedBars.LengthOf(timeframe);
        return bars.Read(timeframe, price(), startMs > 0 && startMs <= open ? startMs : before, long.MaxValue);
    }
}
