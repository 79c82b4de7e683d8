using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Risk;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Bourse.Silo.MarketData;

/// <summary>
/// A house account that quotes both sides of one real book at the source's prices, so that an order fills at the quote that is shown.
/// Moves at most once per interval, fills up what was taken, and goes on after any failure, slower while it lasts.
/// </summary>
internal sealed partial class HouseMaker(
    Instrument instrument, IGrainFactory grains, MarketDataOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(8);

    private readonly IAccountGrain _account = grains.GetGrain<IAccountGrain>(AccountOf(instrument.Symbol));
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly MakerLeg _bid = new(Side.Buy);
    private readonly MakerLeg _ask = new(Side.Sell);
    private readonly string _run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", System.Globalization.CultureInfo.InvariantCulture);
    private volatile MakerQuote? _target;
    private volatile bool _late;
    private long _orders;
    private long _movedAt;
    private long _checkedAt;
    private long _retryAt;
    private int _failures;
    private bool _ready;

    /// <summary>The account that quotes a symbol.</summary>
    public static string AccountOf(string symbol) => $"{RiskLimitGrain.HousePrefix}mm-{symbol}";

    /// <summary>Takes the newest quote as what to follow.</summary>
    public void Follow(in Tick tick) => _target = MakerQuote.From(tick, instrument, options.QuoteNotional) ?? _target;

    /// <summary>
    /// Takes a quote and moves there before this completes; waits until the interval allows it, and for the move itself at most the options' bound.
    /// </summary>
    /// <param name="inHaste">Whether many ticks wait behind this one: then it waits for no interval, and the quote follows later.</param>
    public async Task Lead(Tick tick, bool inHaste, CancellationToken cancellation)
    {
        Follow(tick);
        if (_late || _target is not { } target || (_bid.Price == target.Bid && _ask.Price == target.Ask))
        {
            return;
        }

        var early = _movedAt == 0 ? TimeSpan.Zero : options.QuoteInterval - time.GetElapsedTime(_movedAt);
        if (early > TimeSpan.Zero)
        {
            if (inHaste)
            {
                return;
            }

            await Task.Delay(early, time, cancellation);
        }

        try
        {
            await Step(waitForOther: true, cancellation).WaitAsync(options.MaxQuoteWait, time, cancellation);
        }
        catch (TimeoutException)
        {
            // The step goes on by itself; until it is done no tick waits for it.
            _late = true;
        }
    }

    /// <summary>Keeps the quote where it should be until told to stop.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.QuoteInterval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            await Step(waitForOther: false, cancellation);
        }
    }

    private async Task Step(bool waitForOther, CancellationToken cancellation)
    {
        if (_target is null || time.GetTimestamp() < Volatile.Read(ref _retryAt)
            || !await _gate.WaitAsync(waitForOther ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellation))
        {
            return;
        }

        try
        {
            await Prepare();
            if (Elapsed(_checkedAt) >= CheckInterval)
            {
                await _bid.Check(_account);
                await _ask.Check(_account);
                _checkedAt = time.GetTimestamp();
            }

            Settle(await MoveBoth(_target), null);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // Whatever a call throws: the maker tries again later, and finds out then how its orders stand.
            Settle(exception.GetType().Name, exception);
        }
        finally
        {
            _late = false;
            _gate.Release();
        }
    }

    /// <summary>Opens the account, and clears what an earlier run of the program left in the book.</summary>
    private async Task Prepare()
    {
        if (_ready)
        {
            return;
        }

        await _account.Open(new OpenAccount("house", instrument.Currency, 0m, "house"));
        var left = await _account.CancelAll(instrument.Symbol);
        _ready = !left.Any(a => a.Kind == AnswerKind.Unavailable);
        if (!_ready)
        {
            throw new InvalidOperationException("Quotes of an earlier run could not be cancelled yet.");
        }
    }

    /// <summary>The side that the market moves away from goes first, so that the two never meet.</summary>
    private async Task<string?> MoveBoth(MakerQuote target)
    {
        var rises = _ask.Price is { } standing && target.Bid >= standing;
        var fault = rises ? await Move(_ask, target.Ask, target.AskSize) : await Move(_bid, target.Bid, target.BidSize);
        return fault ?? (rises ? await Move(_bid, target.Bid, target.BidSize) : await Move(_ask, target.Ask, target.AskSize));
    }

    private async Task<string?> Move(MakerLeg leg, decimal price, decimal size)
    {
        if (!leg.NeedsMove(price, size))
        {
            return null;
        }

        _movedAt = time.GetTimestamp();
        return await leg.Move(_account, instrument.Symbol, price, size, () => $"mm-{_run}-{++_orders}");
    }

    private void Settle(string? fault, Exception? exception)
    {
        if (fault is null)
        {
            _failures = 0;
            return;
        }

        _checkedAt = 0;
        var wait = TimeSpan.FromMilliseconds(Math.Min(MaxBackoff.TotalMilliseconds, 250 * Math.Pow(2, _failures)));
        Volatile.Write(ref _retryAt, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
        if (_failures++ == 0)
        {
            LogHeldUp(logger, instrument.Symbol, fault, exception);
        }
    }

    private TimeSpan Elapsed(long since) => since == 0 ? TimeSpan.MaxValue : time.GetElapsedTime(since);

    [LoggerMessage(1, LogLevel.Information, "The maker of {Symbol} is held up by {Fault}; it tries again, slower while that lasts.")]
    private static partial void LogHeldUp(ILogger logger, string symbol, string fault, Exception? exception);
}
