using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>How the orders of a group hang together; the classes are those of Alpaca's trading API.</summary>
public enum OrderClass : byte
{
    /// <summary>An entry, and once it trades a take-profit and a stop-loss for what it has traded, of which one cancels the other.</summary>
    Bracket = 1,

    /// <summary>A take-profit, which is the order itself, and a stop-loss; one cancels the other.</summary>
    Oco = 2,

    /// <summary>An entry, and once it trades one leg: a take-profit or a stop-loss.</summary>
    Oto = 3,
}

/// <summary>Which leg of a group an order is.</summary>
public enum LegKind : byte
{
    TakeProfit = 1,
    StopLoss = 2,
}

/// <summary>What an order that begins a group asks for beside its own terms; its legs carry the same.</summary>
/// <param name="TakeProfitPrice">The limit price of the take-profit leg; null without one, and for <see cref="OrderClass.Oco"/>, whose order is the take-profit.</param>
/// <param name="StopPrice">What elects the stop-loss; null without one.</param>
/// <param name="StopLimitPrice">The limit price of a stop-loss that is a stop-limit order.</param>
public sealed record OrderGroupTerms(
    OrderClass Class, decimal? TakeProfitPrice = null, decimal? StopPrice = null, decimal? StopLimitPrice = null)
{
    /// <summary>The legs, of which there is at least one.</summary>
    public IReadOnlyList<LegKind> Legs() => (TakeProfitPrice, StopPrice) switch
    {
        (not null, not null) => [LegKind.TakeProfit, LegKind.StopLoss],
        (not null, null) => [LegKind.TakeProfit],
        (null, not null) => [LegKind.StopLoss],
        _ => [],
    };

    /// <summary>The id of a leg: that of the order that began the group, but for its last byte. The other way round it gives the order's id.</summary>
    public static Guid LegId(Guid orderId, LegKind leg)
    {
        Span<byte> bytes = stackalloc byte[16];
        orderId.TryWriteBytes(bytes);
        bytes[15] ^= (byte)leg;
        return new Guid(bytes);
    }

    /// <summary>A leg as an order of its own.</summary>
    public OrderRequest Request(OrderRequest entry, Guid orderId, LegKind leg)
    {
        var isProfit = leg == LegKind.TakeProfit;
        return new OrderRequest(
            entry.Symbol,
            Class == OrderClass.Oco ? entry.Side : entry.Side.Opposite(),
            isProfit ? OrderType.Limit : StopLimitPrice is null ? OrderType.Stop : OrderType.StopLimit,
            entry.TimeInForce,
            entry.Quantity,
            isProfit ? TakeProfitPrice : StopLimitPrice,
            isProfit ? null : StopPrice,
            PostOnly: false,
            entry.ReduceOnly,
            entry.SelfTradePrevention,
            LegId(orderId, leg).ToString("N"),
            new AdvancedTerms(Group: this, Leg: leg));
    }

    internal static void Write(ref WireWriter w, OrderGroupTerms terms)
    {
        w.WriteByte((byte)terms.Class);
        w.WriteDecimalOrNull(terms.TakeProfitPrice);
        w.WriteDecimalOrNull(terms.StopPrice);
        w.WriteDecimalOrNull(terms.StopLimitPrice);
    }

    internal static OrderGroupTerms Read(ref WireReader r) =>
        new((OrderClass)OrderRequestCodec.ReadEnum(ref r, 1, 3), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull());
}
