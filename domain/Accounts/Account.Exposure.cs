using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>The symbols in which the account holds something or has open orders; those are to be marked.</summary>
    public HashSet<string> ExposedSymbols()
    {
        var symbols = new HashSet<string>(StringComparer.Ordinal);
        foreach (var link in _links.Values)
        {
            if (link.Position.Quantity != 0 || link.OpenBuy != 0 || link.OpenSell != 0)
            {
                symbols.Add(link.Symbol);
            }
        }

        return symbols;
    }

    /// <summary>
    /// The account's worth and what it risks. Each position counts as large as its open orders of one side could make it: buys at their own worst
    /// price, sales at the greater of that and the mark. What is priced in another currency than the account's does not count: there only cash buys.
    /// </summary>
    /// <param name="marks">What is not in it counts its cost.</param>
    public Exposure Measure(IReadOnlyDictionary<string, Mark> marks, MarginRates rates) => Measure(marks, rates, null);

    private Exposure Measure(IReadOnlyDictionary<string, Mark> marks, MarginRates rates, in Candidate? candidate)
    {
        var sides = new Dictionary<string, OpenSides>(StringComparer.Ordinal);
        var fees = 0m;
        foreach (var order in _orders.Values)
        {
            if (order.Currency == Currency && order.Id != candidate?.Replaces && !order.IsCarried)
            {
                var price = order.Replace is { } replace ? Math.Max(replace.BookPrice, order.BookPrice) : order.BookPrice;
                Add(order.Symbol, order.Side, order.ExposedQuantity, price, order.FeeRate);
            }
        }

        if (candidate is { } added)
        {
            Add(added.Symbol, added.Side, added.Quantity, added.Price, added.FeeRate);
        }

        var (equity, gross, initial, maintenance) = (FindBalance(Currency)?.Total ?? 0, 0m, 0m, 0m);
        foreach (var link in _links.Values)
        {
            if (link.Cash.Asset != Currency)
            {
                continue;
            }

            sides.Remove(link.Symbol, out var open);
            var held = link.Position.Quantity;
            if (held == 0 && open is { Buy: 0, Sell: 0 })
            {
                continue;
            }

            var mark = marks.GetValueOrDefault(link.Symbol);
            var price = mark.Price ?? link.Position.AverageEntryPrice;
            var rate = rates.Of(mark.AssetClass);
            var worst = open.Worst(held, price);
            equity += held * price;
            gross += worst;
            initial += worst * rate.Initial;
            maintenance += Math.Abs(held) * price * rate.Maintenance;
        }

        // Of a symbol that was never traded before.
        foreach (var (symbol, open) in sides)
        {
            var mark = marks.GetValueOrDefault(symbol);
            var worst = open.Worst(0, mark.Price ?? 0);
            gross += worst;
            initial += worst * rates.Of(mark.AssetClass).Initial;
        }

        return new Exposure(equity, gross, initial + fees, maintenance);

        void Add(string symbol, Side side, decimal quantity, decimal price, decimal feeRate)
        {
            var mark = marks.GetValueOrDefault(symbol).Price ?? 0;
            var value = quantity * (side == Side.Buy ? price : Math.Max(price, mark));
            sides[symbol] = sides.GetValueOrDefault(symbol).With(side, quantity, value);
            fees += value * feeRate;
        }
    }

    /// <summary>Buying power and gross exposure. What does not make them worse passes, so that an account can always get out.</summary>
    private Refusal? CheckBacking(in Candidate candidate, string currency, IReadOnlyDictionary<string, Mark> marks, RiskLimits limits)
    {
        if (currency != Currency || (limits.Margin is null && limits.Rules?.MaxGrossExposure is null))
        {
            return null;
        }

        var rates = limits.Margin ?? MarginRates.Whole;
        var (before, after) = (Measure(marks, rates), Measure(marks, rates, candidate));
        if (limits.Rules?.MaxGrossExposure is { } most && after.Gross > most && after.Gross > before.Gross)
        {
            return new Refusal(RefusalCode.MaxGrossExposure, $"Positions and open orders could be worth {after.Gross}; {most} is allowed.");
        }

        return limits.Margin is not null && after.InitialMargin > after.Equity && after.Gross > before.Gross
            ? new Refusal(RefusalCode.InsufficientFunds, $"A margin of {after.InitialMargin} {Currency} is needed, the equity is {after.Equity}.")
            : null;
    }

    /// <summary>An order that is being decided on.</summary>
    /// <param name="Replaces">The order that it takes the place of.</param>
    private readonly record struct Candidate(string Symbol, Side Side, decimal Quantity, decimal Price, decimal FeeRate, Guid? Replaces = null);

    /// <summary>Open quantity and value of one symbol.</summary>
    private readonly record struct OpenSides(decimal Buy, decimal BuyValue, decimal Sell, decimal SellValue)
    {
        public OpenSides With(Side side, decimal quantity, decimal value) => side == Side.Buy
            ? this with { Buy = Buy + quantity, BuyValue = BuyValue + value }
            : this with { Sell = Sell + quantity, SellValue = SellValue + value };

        /// <summary>The largest value that the position can come to; what first closes a position on the other side adds nothing.</summary>
        public decimal Worst(decimal held, decimal price)
        {
            var bought = held >= 0 ? (held * price) + BuyValue : Beyond(Buy, BuyValue, -held);
            var sold = held <= 0 ? (-held * price) + SellValue : Beyond(Sell, SellValue, held);
            return Math.Max(Math.Abs(held) * price, Math.Max(bought, sold));
        }

        private static decimal Beyond(decimal quantity, decimal value, decimal closes) => quantity <= closes ? 0 : value * ((quantity - closes) / quantity);
    }
}
