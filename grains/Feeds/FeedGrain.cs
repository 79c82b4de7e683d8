using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Streams;

namespace Bourse.Grains.Feeds;

/// <summary>
/// The market data of one symbol. Ticks and trades are taken in at once, in one turn; keeping them is the candle store's work, behind.
/// Reentrant, so that a read that waits for the store does not hold up the ticks.
/// </summary>
[Reentrant, HashBasedPlacement]
public sealed partial class FeedGrain(
    ICandleStore store, ITradeHistory history, IOptions<FeedOptions> options, TimeProvider time, ILogger<FeedGrain> logger) : Grain, IFeedGrain
{
    private const int MaxPush = 10_000;
    private const int MaxBars = 50_000;
    private static readonly TimeSpan RingIdle = TimeSpan.FromMinutes(10);

    private readonly FeedOptions _options = options.Value;
    private readonly FeedBars _bars = new(options.Value.BarsInMemory);
    private readonly TradeTape _tape = new(options.Value.TapeLength);
    private readonly SemaphoreSlim _tradeGate = new(1, 1);
    private string _symbol = string.Empty;
    private FeedState _state = null!;
    private MarketClock _clock;
    private ConflatingPublisher _publisher = null!;
    private IGrainTimer _publishTimer = null!;
    private IGrainTimer _saveTimer = null!;
    private bool _saveArmed;
    private Task? _save;
    private bool _tapeLoaded;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _symbol = this.GetPrimaryKeyString();
        _state = new FeedState(_symbol);
        if (await store.LoadNewest(_symbol, cancellationToken) is { } cut)
        {
            _state.Restore(cut.Mark);
            _bars.Restore(cut);
            _clock = MarketClock.StartAt(cut.Mark.TimestampMs);
            _state.SetStale(_state.HasPrints || _state.HasQuote);
        }

        var never = new GrainTimerCreationOptions { DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan };
        var stream = this.GetStreamProvider(Streams.Provider).GetStream<Quote>(StreamId.Create(Streams.Quotes, _symbol));
        _publisher = new ConflatingPublisher(
            () => Publish(stream), wait => _publishTimer.Change(wait, Timeout.InfiniteTimeSpan), _options.ConflationInterval, time, logger);
        _publishTimer = this.RegisterGrainTimer(_ => _publisher.OnTimer(), never);
        _saveTimer = this.RegisterGrainTimer(_ => OnSaveTimer(), never);
        _staleTimer = this.RegisterGrainTimer(_ => OnStaleTimer(), never);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _publisher.Finish();
        await Save();
        await store.Flush(_symbol, cancellationToken);
    }

    public async Task PushTrades(IReadOnlyList<TradePrint> trades)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trades.Count, MaxPush);
        await _tradeGate.WaitAsync();
        try
        {
            if (trades.Count > 0 && trades[0].Number > _state.LastTrade + 1)
            {
                await TakeMissedTrades(trades[0].Number);
            }

            Take(trades);
            TellTrades(trades);
        }
        finally
        {
            _tradeGate.Release();
        }

        await AfterChange();
    }

    public Task<Quote?> GetQuote() => Task.FromResult(_state.HasAny ? _state.ToQuote() : null);

    public async Task<IReadOnlyList<TradePrint>> GetTrades(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        if (!_tapeLoaded && _tape.Count < Math.Min(max, _options.TapeLength))
        {
            await LoadTape();
        }

        return _tape.Newest(max);
    }

    public async Task<IReadOnlyList<Bar>> GetBars(Timeframe timeframe, BarPrice? price, long fromMs, long toMs, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaxBars);
        CheckDefined(timeframe, price);
        var kind = price ?? DefaultPrice;
        if (!_bars.Rewound && await GetRing(timeframe, kind) is { } ring && ring.Covers(fromMs, toMs, max))
        {
            return Newest(_bars.Read(timeframe, kind, fromMs, toMs), max);
        }

        await Save();
        var stored = await store.Load(_symbol, timeframe, kind, fromMs, toMs, max, CancellationToken.None);
        return Newest(BarMerge.Overlay(stored, _bars.Read(timeframe, kind, fromMs, toMs)), max);
    }

    /// <summary>What bars are made of when nobody says.</summary>
    private BarPrice DefaultPrice => _state.HasQuote && !_state.HasPrints ? BarPrice.Mid : BarPrice.Trade;

    private static void CheckDefined(Timeframe timeframe, BarPrice? price)
    {
        if (!Enum.IsDefined(timeframe) || (price is { } asked && !Enum.IsDefined(asked)))
        {
            throw new ArgumentOutOfRangeException(nameof(timeframe));
        }
    }

    private async Task Publish(IAsyncStream<Quote> stream)
    {
        await stream.OnNextAsync(_state.ToQuote());
        FeedMeter.Publishes.Add(1);
    }

    private static List<Bar> Newest(List<Bar> bars, int max) => bars.Count <= max ? bars : bars.GetRange(bars.Count - max, max);

    private void Take(IReadOnlyList<TradePrint> trades)
    {
        foreach (var trade in trades)
        {
            if (trade.Number <= _state.LastTrade)
            {
                continue;
            }

            var timestampMs = _clock.OfTrade(trade.TimestampMs);
            _state.Apply(trade, timestampMs);
            _bars.Add(trade, timestampMs);
            _tape.Add(trade);
            FeedMeter.Trades.Add(1);
        }
    }

    /// <summary>Takes what was committed but never came here, because a call was lost or the process was killed.</summary>
    private async Task TakeMissedTrades(long before)
    {
        try
        {
            var missed = await history.GetTrades(_symbol, _options.TapeLength, CancellationToken.None);
            Take([.. missed.Where(t => t.Number < before).Reverse()]);
        }
        catch (Exception exception)
        {
            // Whatever the read model throws: the new trades matter more than the gap before them.
            LogMissedTrades(exception);
        }
    }

    private async Task LoadTape()
    {
        try
        {
            var older = await history.GetTrades(_symbol, _options.TapeLength, CancellationToken.None);
            _tape.AddOlder(older.Where(t => t.Number <= _state.LastTrade));
            _tapeLoaded = true;
        }
        catch (Exception exception)
        {
            // Whatever the read model throws: what is in memory is worth showing, and the next one who asks tries again.
            LogMissedTrades(exception);
        }
    }

    private async Task<BarRing?> GetRing(Timeframe timeframe, BarPrice price)
    {
        var ring = _bars.FindRing(timeframe, price);
        if (ring is null)
        {
            ring = _bars.StartRing(timeframe, price);
            ring.Loaded = LoadRing(ring, timeframe, price);
        }

        ring.ReadAt = time.GetTimestamp();
        await ring.Loaded;
        return _bars.FindRing(timeframe, price);
    }

    private async Task LoadRing(BarRing ring, Timeframe timeframe, BarPrice price)
    {
        try
        {
            var openFrom = _bars.Read(timeframe, price, 0, long.MaxValue) is [.., var open] ? open.StartMs : long.MaxValue;
            var stored = await store.Load(_symbol, timeframe, price, 0, openFrom, _options.BarsInMemory, CancellationToken.None);
            ring.AddOlder(stored, isAll: stored.Count < _options.BarsInMemory);
        }
        catch
        {
            // The next one who asks loads again.
            _bars.DropRing(ring);
            throw;
        }
    }

    private async Task AfterChange()
    {
        _publisher.Changed();
        _barNews?.Changed();
        if (!_saveArmed)
        {
            _saveArmed = true;
            _saveTimer.Change(_options.SaveInterval, Timeout.InfiniteTimeSpan);
        }

        while (_bars.ClosedCount >= _options.SaveBars)
        {
            await Save();
        }
    }

    private Task OnSaveTimer()
    {
        _saveArmed = false;
        _bars.DropRingsReadBefore(time.GetTimestamp() - (long)(RingIdle.TotalSeconds * time.TimestampFrequency));
        return Save();
    }

    /// <summary>Hands a cut of what changed over to the store, one at a time, so that none overtakes another.</summary>
    private async Task Save()
    {
        while (_save is { } running)
        {
            await running;
        }

        if (_state.HasAny && _bars.TakeUnsaved(_state) is { } cut)
        {
            _save = HandOver(cut);
            try
            {
                await _save;
            }
            finally
            {
                _save = null;
            }
        }
    }

    private async Task HandOver(FeedCut cut)
    {
        if (!await store.Enqueue(cut))
        {
            FeedMeter.LostBars.Add(cut.Closed.Count); // the store logs it, once for all feeds
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "Trades of the past could not be read; the feed goes on without them.")]
    private partial void LogMissedTrades(Exception exception);
}
