namespace Bourse.Domain.Matching;

/// <summary>
/// Why the book refused a command. The numbers are stable (they stand in journals); the book's band is 1000 to 1999: 10xx malformed,
/// 11xx identity, 12xx refused by the state of the book, 13xx capacity.
/// </summary>
public enum RejectCode : ushort
{
    None = 0,
    InvalidOrderId = 1001,
    InvalidSide = 1002,
    InvalidType = 1003,
    InvalidTimeInForce = 1004,
    InvalidQuantity = 1005,
    InvalidPrice = 1006,
    InvalidStopPrice = 1007,
    InvalidPostOnly = 1008,
    InvalidSelfTradePrevention = 1009,
    InvalidDisplay = 1010,
    InvalidTrail = 1011,
    DuplicateOrder = 1101,
    UnknownOrder = 1102,
    WouldCross = 1201,
    SelfTrade = 1202,

    /// <summary>While the book collects for an auction it takes orders that may rest, post-only ones not.</summary>
    Auction = 1203,
    BookFull = 1301,
}

/// <summary>The names that the outside knows the codes by.</summary>
public static class RejectCodes
{
    /// <summary>The stable snake_case name of a code, as in the API's problem details.</summary>
    public static string Code(this RejectCode code) => code switch
    {
        RejectCode.None => "none",
        RejectCode.InvalidOrderId => "invalid_order_id",
        RejectCode.InvalidSide => "invalid_side",
        RejectCode.InvalidType => "invalid_type",
        RejectCode.InvalidTimeInForce => "invalid_time_in_force",
        RejectCode.InvalidQuantity => "invalid_quantity",
        RejectCode.InvalidPrice => "invalid_price",
        RejectCode.InvalidStopPrice => "invalid_stop_price",
        RejectCode.InvalidPostOnly => "invalid_post_only",
        RejectCode.InvalidSelfTradePrevention => "invalid_self_trade_prevention",
        RejectCode.InvalidDisplay => "invalid_display_qty",
        RejectCode.InvalidTrail => "invalid_trail",
        RejectCode.DuplicateOrder => "duplicate_order",
        RejectCode.UnknownOrder => "unknown_order",
        RejectCode.WouldCross => "would_cross",
        RejectCode.SelfTrade => "self_trade",
        RejectCode.Auction => "auction",
        RejectCode.BookFull => "book_full",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not a reject code of the book"),
    };
}
