using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>The committed trades of our own books. A room's border: the adapter on the read model stands in the silo's room.</summary>
public interface ITradeHistory
{
    /// <summary>The newest trades, newest first, a little behind the journal.</summary>
    Task<IReadOnlyList<TradePrint>> GetTrades(string symbol, int max, CancellationToken cancellation);
}
