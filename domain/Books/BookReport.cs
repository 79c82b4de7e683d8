namespace Bourse.Domain.Books;

/// <summary>What a book tells an account about one of its orders.</summary>
public enum BookReportKind : byte
{
    /// <summary>The order is in the book's hands: it rests, or it has traded at once.</summary>
    Accepted = 1,

    /// <summary>A stop order waits for its price.</summary>
    Held = 2,

    /// <summary>The book refused the order; nothing traded.</summary>
    Rejected = 3,

    /// <summary>A trade against the order.</summary>
    Fill = 4,

    /// <summary>What was left of the order is gone, with a code where it was not the account's own wish.</summary>
    Canceled = 5,

    /// <summary>A DAY order ended with its session.</summary>
    Expired = 6,

    /// <summary>Price and total quantity are new.</summary>
    Replaced = 7,

    /// <summary>A replace was refused; the order stands as it stood.</summary>
    ReplaceRejected = 8,

    /// <summary>A stop order's price was reached; it is live now.</summary>
    Triggered = 9,

    /// <summary>A trailing stop's price is new; told at most once a second.</summary>
    Trailed = 10,

    /// <summary>A leg of an order group is live with a new total quantity.</summary>
    Sized = 11,
}

/// <summary>
/// One numbered fact from a book to an account. Numbers count up by one for each pair of book and account, so that an
/// account applies each report once and sees a gap.
/// </summary>
/// <param name="Number">1 for the first report that this book sends to this account.</param>
/// <param name="Code">The stable refusal or cancel code, or null.</param>
/// <param name="TradeNumber">The book's number of the trade for a fill, else 0. The trade's id is <c>SYMBOL-number</c>.</param>
/// <param name="Price">The fill's price; for <see cref="BookReportKind.Replaced"/> the new limit price (0 = none); for Triggered and Trailed the stop price; else 0.</param>
/// <param name="Quantity">The fill's quantity; for Replaced and Sized the new total quantity; for Canceled and Expired what was left; else 0.</param>
/// <param name="Fee">The fill's fee in the instrument's currency, 0 or more.</param>
/// <param name="IsMaker">For a fill: the order was resting.</param>
/// <param name="TimeMs">The book's time, ms since 1970 UTC.</param>
/// <param name="Revision">For Replaced and ReplaceRejected the replace command's revision of the order, and for Canceled when a replace ended the order; else 0.</param>
public readonly record struct BookReport(
    long Number,
    Guid OrderId,
    BookReportKind Kind,
    string? Code,
    long TradeNumber,
    decimal Price,
    decimal Quantity,
    decimal Fee,
    bool IsMaker,
    long TimeMs,
    int Revision);
