using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Risk;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Bourse.Silo.MarketData;

/// <summary>
/// A house account that now and then takes a little of what rests in the books, so that the tape moves. Its position in a symbol stays
/// small: beyond the bound it only trades back.
/// </summary>
internal sealed partial class HouseTaker(
    Func<IReadOnlyList<(Instrument Instrument, Tick Newest)>> markets, IGrainFactory grains, ulong seed, TimeProvider time, ILogger logger)
{
    private const decimal OrderNotional = 5_000m;
    private const decimal MaxPositionNotional = 50_000m;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly IAccountGrain _account = grains.GetGrain<IAccountGrain>(Account);
    private readonly Dictionary<string, decimal> _positions = new(StringComparer.Ordinal);
    private readonly string _run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", System.Globalization.CultureInfo.InvariantCulture);
    private SplitMix64 _random = new(seed ^ SplitMix64.HashOf(Account));
    private long _orders;
    private bool _ready;

    /// <summary>The account that takes.</summary>
    public const string Account = RiskLimitGrain.HousePrefix + "taker";

    /// <summary>Trades until told to stop.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        while (true)
        {
            var wait = Interval;
            try
            {
                await Step();
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                // Whatever a call throws: trades of the house are only for show, so it waits and reads its positions again.
                _ready = false;
                wait = RetryInterval;
                LogHeldUp(logger, exception);
            }

            await Task.Delay(wait, time, cancellation);
        }
    }

    private async Task Step()
    {
        await Prepare();
        var open = markets();
        if (open.Count == 0)
        {
            return;
        }

        var (instrument, newest) = open[(int)_random.Below((ulong)open.Count)];
        if (newest.Bid is not { } bid || newest.Ask is not { } ask)
        {
            return;
        }

        var side = ChooseSide(instrument.Symbol, ask);
        var share = (decimal)(1 + _random.Below(100)) / 100;
        var lots = Math.Max(1, decimal.Floor(OrderNotional * share / ask / instrument.LotSize));
        await Take(instrument, side, lots * instrument.LotSize, Reach(instrument, side, bid, ask));
    }

    private async Task Prepare()
    {
        if (_ready)
        {
            return;
        }

        await _account.Open(new OpenAccount("house", "USD", 0m, "house"));
        _positions.Clear();
        foreach (var position in (await _account.GetPortfolio()).Positions)
        {
            _positions[position.Symbol] = position.Quantity;
        }

        _ready = true;
    }

    private Side ChooseSide(string symbol, decimal price)
    {
        var worth = _positions.GetValueOrDefault(symbol) * price;
        var buys = _random.Below(2) == 0;
        return worth > MaxPositionNotional || (worth >= -MaxPositionNotional && !buys) ? Side.Sell : Side.Buy;
    }

    /// <summary>A little beyond the quote, which may have moved since.</summary>
    private static decimal Reach(Instrument instrument, Side side, decimal bid, decimal ask) => side == Side.Buy
        ? decimal.Ceiling(ask * 1.001m / instrument.TickSize) * instrument.TickSize
        : Math.Max(1, decimal.Floor(bid * 0.999m / instrument.TickSize)) * instrument.TickSize;

    private async Task Take(Instrument instrument, Side side, decimal quantity, decimal limitPrice)
    {
        var terms = new OrderTerms(
            instrument.Symbol, side, OrderType.Limit, TimeInForce.Ioc, quantity, limitPrice, null, false, false,
            SelfTradePrevention.CancelNewest, $"tk-{_run}-{++_orders}");
        var answer = await _account.Place(new PlaceOrder(terms));
        if (answer.Order is { } order)
        {
            var filled = side == Side.Buy ? order.FilledQuantity : -order.FilledQuantity;
            _positions[instrument.Symbol] = _positions.GetValueOrDefault(instrument.Symbol) + filled;
        }

        // An order of unknown outcome is not asked for again: the account tells the position next time.
        _ready = answer.Kind != AnswerKind.Unavailable;
    }

    [LoggerMessage(1, LogLevel.Information, "The house taker is held up; it tries again in a while.")]
    private static partial void LogHeldUp(ILogger logger, Exception exception);
}
