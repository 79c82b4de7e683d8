using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Venues;

/// <summary>A fact in the journal of a symbol that trades at an outside venue. Times are ms since 1970 UTC.</summary>
public abstract record VenueEvent(long TimeMs);

/// <summary>What orders count in, and the fees where the venue names none.</summary>
/// <param name="Venue">The venue's name.</param>
public sealed record VenueTermsSet(BookTerms Terms, string Venue, long TimeMs) : VenueEvent(TimeMs);

/// <summary>An order of an account is to go to the venue.</summary>
public sealed record VenueOrderTaken(SubmitOrder Order, long TimeMs) : VenueEvent(TimeMs);

/// <summary>New terms of an order are to go to the venue; for an order that has ended the account is told so.</summary>
public sealed record VenueReplaceTaken(ReplaceOrder Replace, long TimeMs) : VenueEvent(TimeMs);

/// <summary>A command was not done; its number is taken.</summary>
public sealed record VenueCommandRefused(RefuseCommand Refuse, long TimeMs) : VenueEvent(TimeMs);

/// <summary>The account wants an order gone.</summary>
public sealed record VenueCancelWanted(Guid OrderId, long TimeMs) : VenueEvent(TimeMs);

/// <summary>The venue has the order.</summary>
public sealed record VenueOrderAccepted(Guid OrderId, string VenueId, long TimeMs) : VenueEvent(TimeMs);

/// <summary>The venue executed some of an order. Whole by itself, so that a reader needs no other event.</summary>
/// <param name="TradeNumber">Counts up by one per symbol, from 1.</param>
/// <param name="Side">The order's.</param>
public sealed record VenueOrderFilled(
    Guid OrderId, string Account, string Venue, string ExecutionId, long TradeNumber, Side Side, decimal Price, decimal Quantity, decimal Fee,
    bool IsMaker, long TimeMs) : VenueEvent(TimeMs)
{
    /// <summary>The account that the other side of the venue's trades is booked under; no account of ours has this id.</summary>
    public static string OtherSide(string venue) => $"venue-{venue}";

    /// <summary>The same as a trade of a book whose other side is the venue.</summary>
    public BookTrade ToTrade()
    {
        var other = OtherSide(Venue);
        var takerSide = IsMaker ? Side.Opposite() : Side;
        return IsMaker
            ? new BookTrade(TradeNumber, Price, Quantity, takerSide, Guid.Empty, other, 0, OrderId, Account, Fee, TimeMs)
            : new BookTrade(TradeNumber, Price, Quantity, takerSide, OrderId, Account, Fee, Guid.Empty, other, 0, TimeMs);
    }
}

/// <summary>The venue let go of its present order without filling all of it.</summary>
/// <param name="Kind">Canceled, Expired or Rejected.</param>
public sealed record VenueOrderEnded(Guid OrderId, BookReportKind Kind, string? Code, long TimeMs) : VenueEvent(TimeMs);
