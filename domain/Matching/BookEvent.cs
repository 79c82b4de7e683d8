using System.Runtime.InteropServices;

namespace Bourse.Domain.Matching;

/// <summary>What an event of the book tells.</summary>
public enum BookEventKind : byte
{
    /// <summary>The order, or what its trades left of it, rests in the book.</summary>
    Accepted = 1,

    /// <summary>A stop waits for its price.</summary>
    Held = 2,

    /// <summary>The command was refused and changed nothing.</summary>
    Rejected = 3,

    /// <summary>Two orders traded, at the maker's price.</summary>
    Trade = 4,

    /// <summary>An order, or what was left of it, is gone; <see cref="BookEvent.Reason"/> tells why.</summary>
    Canceled = 5,

    /// <summary>An order has new terms. Trades of the new price follow it; what they leave rests, without a further event.</summary>
    Replaced = 6,

    /// <summary>An order shrank and kept its place.</summary>
    Decreased = 7,

    /// <summary>A stop was elected; what it does as a market or limit order follows.</summary>
    Triggered = 8,

    /// <summary>A trailing stop's price followed the market.</summary>
    Trailed = 9,
}

/// <summary>Why an order was cancelled. The numbers are stable.</summary>
public enum CancelReason : byte
{
    None = 0,
    ByUser = 1,
    IocRemainder = 2,
    FokNotFillable = 3,
    SelfTrade = 4,
    NoLiquidity = 5,
    ProtectionPrice = 6,
    Expired = 7,

    /// <summary>An elected post-only stop-limit would have traded at once. (A new post-only order is rejected instead.)</summary>
    PostOnlyWouldCross = 8,

    /// <summary>The other order of its pair traded, was elected or is gone.</summary>
    Twin = 9,
}

/// <summary>
/// One thing that a command did: 64 bytes, written into the book's own buffer. Fields that a kind has no use for are 0.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public record struct BookEvent
{
    /// <value>The order the event is about; in a trade the taker (the aggressor).</value>
    public long OrderId { get; internal set; }

    /// <value>In a trade, the resting order.</value>
    public long MakerId { get; internal set; }

    /// <value>In a trade, its price; else the order's limit (of a held, triggered or trailed stop: the stop price).</value>
    public long PriceTicks { get; internal set; }

    /// <value>In a trade, what was traded; cancelled: what was taken out; decreased: by how much; replaced: the new total order quantity; else the total order quantity.</value>
    public long QuantityLots { get; internal set; }

    /// <value>What is open of the order (in a trade: of the taker) after the event.</value>
    public long LeavesLots { get; internal set; }

    /// <value>In a trade, what is open of the maker after it.</value>
    public long MakerLeavesLots { get; internal set; }

    /// <value>The account of <see cref="OrderId"/>; 0 = none.</value>
    public int Account { get; internal set; }

    /// <value>In a trade, the account of <see cref="MakerId"/>; 0 = none.</value>
    public int MakerAccount { get; internal set; }

    public BookEventKind Kind { get; internal set; }

    /// <value>The side of <see cref="OrderId"/>: in a trade the aggressor's. 0 where the order is unknown.</value>
    public Side Side { get; internal set; }

    public CancelReason Reason { get; internal set; }

    public RejectCode Reject { get; internal set; }
}
