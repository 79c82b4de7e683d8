using Bourse.Domain.Candles;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Orleans.Streams;

namespace Bourse.Grains.Feeds;

/// <content>The bars that others watch as they grow, and the statistics of the last 24 hours.</content>
public sealed partial class FeedGrain
{
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Null until somebody watches.</summary>
    private BarNews? _barNews;

    public async Task<BarBatch> WatchBars(Timeframe timeframe)
    {
        CheckDefined(timeframe, null);
        _barNews ??= StartBarNews();
        _barNews.Watch(timeframe);

        // A series that is watched stays in memory, so that a bar that is complete is still there when it is told.
        await GetRing(timeframe, DefaultPrice);
        return new BarBatch(timeframe, _barNews.Newest(timeframe));
    }

    public async Task<RollingStatistics?> GetStatistics()
    {
        if (!_state.HasAny)
        {
            return null;
        }

        var toMs = _clock.NowMs(time.GetUtcNow().ToUnixTimeMilliseconds());
        var fromMs = FeedBars.StartOf(Timeframe.FiveMinutes, Math.Max(0, toMs - RollingWindow.LengthMs));
        var bars = await GetBars(Timeframe.FiveMinutes, null, fromMs, long.MaxValue, RollingWindow.MaxBars);
        var window = RollingWindow.Of(bars.Select(FeedBars.ToCandle), _state.Reference);
        return new RollingStatistics(_symbol, fromMs, toMs, window.Open, window.High, window.Low, window.Last, window.Change, window.ChangePercent, window.Volume);
    }

    private BarNews StartBarNews()
    {
        var stream = this.GetStreamProvider(Streams.Provider).GetStream<BarBatch>(StreamId.Create(Streams.Bars, _symbol));
        var news = new BarNews(_bars, () => DefaultPrice, batch => stream.OnNextAsync(batch), time);
        var timer = this.RegisterGrainTimer(
            _ => news.Publisher.OnTimer(), new GrainTimerCreationOptions { DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan });
        news.Publisher = new ConflatingPublisher(news.Publish, wait => timer.Change(wait, Timeout.InfiniteTimeSpan), BarInterval, time, logger);
        return news;
    }
}
