using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.History;
using Bourse.Grains.Feeds;

namespace Bourse.Silo.MarketData;

/// <summary>The read model's trades as the feeds ask for them.</summary>
public sealed class TradeHistory(IHistoryReader reader) : ITradeHistory
{
    public async Task<IReadOnlyList<TradePrint>> GetTrades(string symbol, int max, CancellationToken cancellation)
    {
        var trades = await reader.GetTrades(symbol, max, cancellation);
        return [.. trades.Select(t => new TradePrint(t.Number, t.Price, t.Quantity, t.Side, t.Time.ToUnixTimeMilliseconds()))];
    }
}
