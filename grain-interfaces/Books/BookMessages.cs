using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.GrainInterfaces.Books;

/// <summary>An order on its way from its account to its book.</summary>
/// <param name="CommandNumber">Counts up by one for each pair of account and book; the book takes each number once, in order.</param>
/// <param name="AcknowledgedReport">The account has everything up to this report of the book.</param>
/// <param name="PriceTicks">Limit price, or a market order's protection price; 0 = none.</param>
/// <param name="SwitchVersion">The kill switches that the account checked it against; 0 = not known any more.</param>
/// <param name="CommitRun">0: it is durable with its account. Otherwise it is not yet, and the book takes it only if its own commits belong to the same run of a journal.</param>
[GenerateSerializer, Immutable, Alias("bourse.book-order")]
public sealed record BookOrder(
    Guid OrderId,
    string Account,
    long CommandNumber,
    long AcknowledgedReport,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    long PriceTicks,
    long QuantityLots,
    long StopPriceTicks,
    bool PostOnly,
    SelfTradePrevention SelfTradePrevention,
    long SwitchVersion = 0,
    BookAdvancedOrder? Advanced = null,
    long CommitRun = 0);

/// <summary>An <see cref="AdvancedOrder"/> as it travels; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.book-advanced-order")]
public sealed record BookAdvancedOrder(long ExpireAtMs, long DisplayLots, long TrailTicks, int TrailPpm, BookExitLegs? Exit = null)
{
    public AdvancedOrder ToDomain() => new(ExpireAtMs, DisplayLots, TrailTicks, TrailPpm, Exit?.ToDomain());
}

/// <summary><see cref="ExitLegs"/> as they travel; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.book-exit-legs")]
public sealed record BookExitLegs(
    bool IsPair, Guid TakeProfitId, long TakeProfitTicks, Guid StopLossId, long StopPriceTicks, long StopLimitTicks, bool HasStopLimit)
{
    public ExitLegs ToDomain() => new(IsPair, TakeProfitId, TakeProfitTicks, StopLossId, StopPriceTicks, StopLimitTicks, HasStopLimit);
}

/// <summary>A change of price and total quantity.</summary>
/// <param name="CommandNumber">In the same count as orders.</param>
/// <param name="Revision">The order's revision that this makes: 1 for its first replace.</param>
/// <param name="StopPriceTicks">The new stop price of a stop that still waits; 0 = none.</param>
[GenerateSerializer, Immutable, Alias("bourse.book-replace")]
public sealed record BookReplace(
    Guid OrderId, string Account, long CommandNumber, long AcknowledgedReport, int Revision, long PriceTicks, long QuantityLots, long StopPriceTicks,
    long SwitchVersion = 0);

/// <summary>A wish to cancel; harmless when repeated.</summary>
[GenerateSerializer, Immutable, Alias("bourse.book-cancel")]
public sealed record BookCancel(Guid OrderId, string Account, long AcknowledgedReport);

/// <summary>A <see cref="BookReport"/> as it travels; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.report")]
public readonly record struct Report(
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
    int Revision)
{
    public static Report From(in BookReport r) =>
        new(r.Number, r.OrderId, r.Kind, r.Code, r.TradeNumber, r.Price, r.Quantity, r.Fee, r.IsMaker, r.TimeMs, r.Revision);

    public BookReport ToDomain() =>
        new(Number, OrderId, Kind, Code, TradeNumber, Price, Quantity, Fee, IsMaker, TimeMs, Revision);
}

/// <summary>How a book answered a command.</summary>
public enum BookAnswerKind : byte
{
    /// <summary>Taken, now or before; the reports tell the outcome.</summary>
    Done = 1,

    /// <summary>A command with a smaller number is missing: send from <see cref="BookAnswer.ExpectedCommand"/> again.</summary>
    OutOfOrder = 2,

    /// <summary>No such open order: it has ended, and its reports tell how.</summary>
    NotOpen = 3,

    /// <summary>The order is not durable yet and the book's commit cannot be made to depend on it: nothing was done, send it again once it is.</summary>
    NotDurable = 4,
}

/// <summary>A book's answer, durable when given.</summary>
/// <param name="Reports">Reports to this account that it has not been sent yet, in order; the command's own are among them.</param>
/// <param name="LastReport">The number of the newest report to this account.</param>
/// <param name="CommitRun">The run of a journal to which the book's commits belong now; 0 = it takes only what is durable. See <see cref="BookOrder"/>.</param>
[GenerateSerializer, Immutable, Alias("bourse.book-answer")]
public sealed record BookAnswer(BookAnswerKind Kind, long ExpectedCommand, IReadOnlyList<Report> Reports, long LastReport, long CommitRun = 0);

/// <summary>Price levels of a book, best first.</summary>
/// <param name="Seq">The book's command count at this moment.</param>
[GenerateSerializer, Immutable, Alias("bourse.depth-view")]
public sealed record DepthView(string Symbol, long Seq, IReadOnlyList<DepthLevel> Bids, IReadOnlyList<DepthLevel> Asks);

/// <summary>One price level.</summary>
[GenerateSerializer, Immutable, Alias("bourse.depth-level")]
public readonly record struct DepthLevel(decimal Price, decimal Quantity, int Orders);

/// <summary>The best price levels of a book as they stand: a state, of which the newest counts.</summary>
/// <param name="Levels">How many levels a side were looked at; fewer in <paramref name="Depth"/> means that the book has no more.</param>
[GenerateSerializer, Immutable, Alias("bourse.depth-window")]
public sealed record DepthWindow(int Levels, DepthView Depth);
