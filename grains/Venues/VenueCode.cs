namespace Bourse.Grains.Venues;

/// <summary>The stable codes with which orders end at outside venues, beside those of the order itself.</summary>
public static class VenueCode
{
    /// <summary>The venue knows no such type, time in force or condition.</summary>
    public const string Unsupported = "venue_unsupported";

    /// <summary>The venue could not be reached, so that the order never got there; or this platform has no such venue.</summary>
    public const string Unavailable = "venue_unavailable";

    /// <summary>Price, quantity or value are not what the venue's rules for the symbol allow.</summary>
    public const string Filter = "venue_filter";

    /// <summary>The venue refused the order by a rule of its own.</summary>
    public const string Rejected = "venue_rejected";

    /// <summary>The venue let go of the order by itself.</summary>
    public const string Canceled = "venue_canceled";

    /// <summary>The platform's account at the venue lacks the money or the units.</summary>
    public const string InsufficientFunds = "venue_insufficient_funds";
}
