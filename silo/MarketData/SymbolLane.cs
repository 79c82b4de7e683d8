using System.Threading.Channels;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;
using Microsoft.Extensions.Logging;

namespace Bourse.Silo.MarketData;

/// <summary>
/// The way of one symbol's ticks from the source to its feed: in order, one push under way, a bounded number waiting. Where the maker
/// leads, it moves its quote before the feed shows the price.
/// </summary>
internal sealed partial class SymbolLane(Instrument instrument, IFeedGrain feed, HouseMaker? maker, bool makerLeads, TimeProvider time, ILogger logger)
{
    /// <summary>Ticks that wait; a source that is faster waits itself.</summary>
    private const int Capacity = 4_096;

    /// <summary>Ticks of one push: more would only make large arrays.</summary>
    private const int MaxPush = 512;

    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);

    private readonly Channel<Tick> _ticks =
        Channel.CreateBounded<Tick>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    private readonly Lock _gate = new();
    private Tick _newest;
    private int _failures;

    public Instrument Instrument => instrument;

    /// <summary>The newest tick that was handed to the feed.</summary>
    public Tick Newest
    {
        get
        {
            lock (_gate)
            {
                return _newest;
            }
        }
    }

    /// <summary>Takes a tick; waits while the lane is full.</summary>
    public ValueTask Add(in Tick tick, CancellationToken cancellation) =>
        _ticks.Writer.TryWrite(tick) ? ValueTask.CompletedTask : _ticks.Writer.WriteAsync(tick, cancellation);

    /// <summary>Says that no tick follows.</summary>
    public void Complete() => _ticks.Writer.TryComplete();

    /// <summary>Brings ticks to the feed until the source has ended and all are there.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        while (await _ticks.Reader.WaitToReadAsync(cancellation))
        {
            var batch = TakeBatch();
            var newest = batch[^1];
            if (maker is not null)
            {
                if (makerLeads)
                {
                    await maker.Lead(newest, inHaste: _ticks.Reader.Count >= MaxPush, cancellation);
                }
                else
                {
                    maker.Follow(newest);
                }
            }

            lock (_gate)
            {
                _newest = newest;
            }

            await Push(batch, cancellation);
        }
    }

    private Tick[] TakeBatch()
    {
        var batch = new Tick[Math.Min(MaxPush, Math.Max(1, _ticks.Reader.Count))];
        for (var i = 0; i < batch.Length; i++)
        {
            _ticks.Reader.TryRead(out batch[i]);
        }

        return batch;
    }

    private async Task Push(Tick[] batch, CancellationToken cancellation)
    {
        try
        {
            await feed.Push(batch);
            _failures = 0;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // Whatever the call throws. Quotes are state: these are left out, and the lane slows down until the feed answers again.
            if (_failures++ == 0)
            {
                LogPushFailed(logger, instrument.Symbol, exception);
            }

            var wait = TimeSpan.FromMilliseconds(Math.Min(MaxBackoff.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(_failures, 10))));
            await Task.Delay(wait, time, cancellation);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Ticks of {Symbol} could not be brought to their feed and are left out.")]
    private static partial void LogPushFailed(ILogger logger, string symbol, Exception exception);
}
