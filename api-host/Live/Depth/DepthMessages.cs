using Bourse.ApiHost.Live.Stream;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Depth;

/// <summary>What one connection is sent: an event of the hub, or a trade, which the plain stream writes otherwise.</summary>
public sealed class DepthMessage
{
    private readonly RawJson? json;

    public DepthMessage(string name, RawJson json) => (Event, this.json) = (name, json);

    public DepthMessage(TradeFragment trade) => (Event, Trade) = ("trade", trade);

    public string Event { get; }

    /// <summary>Null when it is no trade.</summary>
    public TradeFragment? Trade { get; }

    /// <summary>The hub's argument.</summary>
    public RawJson Json => json ?? Trade!.Hub;
}

/// <summary>A trade, serialised once for all who watch the symbol: for the hub and for the plain stream, each when the first one needs it.</summary>
public sealed class TradeFragment(string symbol, TradePrint trade)
{
    // Two connections may both be the first: then both make the same bytes, and one of them is kept.
    private RawJson? hub;
    private byte[]? stream;

    public RawJson Hub => hub ??= RawJson.From(new TradeJson(symbol, trade.Price, trade.Quantity, OrderNames.Of(trade.Side), trade.Number, trade.TimestampMs));

    /// <summary>A <c>t</c> message of the plain stream.</summary>
    public byte[] Stream => stream ??= StreamMessages.Trade(symbol, trade);
}

/// <summary>The whole window, from which differences go on.</summary>
public sealed record DepthSnapshotJson(string Symbol, long Seq, bool Snapshot, IReadOnlyList<decimal[]> Bids, IReadOnlyList<decimal[]> Asks, uint Checksum);

/// <summary>
/// What changed in a window from <paramref name="FirstSeq"/> to <paramref name="LastSeq"/>: each level with its new quantity, 0 for one that is no longer in
/// the window. <paramref name="FirstSeq"/> follows the number before.
/// </summary>
/// <param name="Checksum">Of the whole window after the change.</param>
public sealed record DepthDifferenceJson(string Symbol, long FirstSeq, long LastSeq, IReadOnlyList<decimal[]> Bids, IReadOnlyList<decimal[]> Asks, uint Checksum);

/// <summary>Rows of levels.</summary>
internal static class DepthRows
{
    public static decimal[][] Of(IReadOnlyList<DepthLevel> levels)
    {
        var rows = new decimal[levels.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = [levels[i].Price, levels[i].Quantity];
        }

        return rows;
    }

    /// <summary>What leads from one side to another, both best first.</summary>
    /// <param name="direction">1 where prices rise (asks), -1 where they fall (bids).</param>
    public static List<decimal[]> Difference(IReadOnlyList<DepthLevel> before, IReadOnlyList<DepthLevel> after, int direction)
    {
        var rows = new List<decimal[]>();
        var (i, j) = (0, 0);
        while (i < before.Count || j < after.Count)
        {
            var order = i == before.Count ? 1 : j == after.Count ? -1 : direction * before[i].Price.CompareTo(after[j].Price);
            if (order < 0)
            {
                rows.Add([before[i++].Price, 0m]);
                continue;
            }

            if (order > 0 || before[i].Quantity != after[j].Quantity)
            {
                rows.Add([after[j].Price, after[j].Quantity]);
            }

            (i, j) = (order == 0 ? i + 1 : i, j + 1);
        }

        return rows;
    }
}
