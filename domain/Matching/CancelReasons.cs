namespace Bourse.Domain.Matching;

/// <summary>The names that the outside knows the reasons of a cancellation by.</summary>
public static class CancelReasons
{
    /// <summary>The stable snake_case name of a reason; null where the account wished it, or the order's time was over.</summary>
    public static string? Code(this CancelReason reason) => reason switch
    {
        CancelReason.None or CancelReason.ByUser or CancelReason.Expired => null,
        CancelReason.IocRemainder => "ioc_remainder",
        CancelReason.FokNotFillable => "fok_not_fillable",
        CancelReason.SelfTrade => "self_trade",
        CancelReason.NoLiquidity => "no_liquidity",
        CancelReason.ProtectionPrice => "protection_price",
        CancelReason.PostOnlyWouldCross => "would_cross",
        CancelReason.Twin => "oco",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a cancel reason"),
    };
}
