namespace Bourse.Grains.Feeds;

/// <summary>Where a tick stands among those before it.</summary>
public enum TickOrder : byte
{
    /// <summary>The newest so far.</summary>
    Next = 1,

    /// <summary>Older than the newest: it changes no quote any more.</summary>
    Late = 2,

    /// <summary>A replay started over: the ticks from here on are the market's time again.</summary>
    Rewind = 3,
}

/// <summary>
/// The time that a feed lives in. A live source is about at our own time. A replayed one lives in the past and may start over; trades of
/// our own book are then counted at the replay's time, so that they fall into the bars that the trader saw.
/// </summary>
public struct MarketClock
{
    /// <summary>A tick older than this against our own clock is replayed, ms.</summary>
    private const long ReplayAgeMs = 5 * 60 * 1000;

    /// <summary>A replay that steps back further than this started over, ms.</summary>
    private const long RewindMs = 60 * 1000;

    /// <summary>After so long the market may be anywhere, ms.</summary>
    private const long SilenceMs = 5 * 60 * 1000;

    private bool _replayed;

    /// <summary>The newest time of the market, ms since 1970 UTC; 0 before the first tick.</summary>
    public long NewestMs { get; private set; }

    /// <summary>Goes on from where an earlier activation came to.</summary>
    public static MarketClock StartAt(long newestMs) => new() { NewestMs = newestMs };

    /// <summary>Takes a tick's time.</summary>
    /// <param name="nowMs">Our own time, ms since 1970 UTC.</param>
    public TickOrder Take(long timestampMs, long nowMs)
    {
        var rewinds = IsRewind(timestampMs, nowMs);
        _replayed = nowMs - timestampMs > ReplayAgeMs;
        if (timestampMs >= NewestMs)
        {
            NewestMs = timestampMs;
            return TickOrder.Next;
        }

        if (rewinds)
        {
            NewestMs = timestampMs;
            return TickOrder.Rewind;
        }

        return TickOrder.Late;
    }

    /// <summary>
    /// Whether a tick of this time continues what was before, so that its prices can be held against them: not after five minutes of silence, nor where a
    /// replay starts over.
    /// </summary>
    public readonly bool Continues(long timestampMs, long nowMs) =>
        NewestMs > 0 && timestampMs - NewestMs <= SilenceMs && !IsRewind(timestampMs, nowMs);

    /// <summary>The market's time now: ours, or where a replay is.</summary>
    public readonly long NowMs(long nowMs) => _replayed ? NewestMs : Math.Max(nowMs, NewestMs);

    /// <summary>The market's time of a trade in our own book; never before the newest tick.</summary>
    public readonly long OfTrade(long timestampMs) => _replayed ? NewestMs : Math.Max(timestampMs, NewestMs);

    // Only a market that lives in the past can start over: a live one gets late ticks, however late.
    private readonly bool IsRewind(long timestampMs, long nowMs) =>
        nowMs - NewestMs > ReplayAgeMs && nowMs - timestampMs > ReplayAgeMs && NewestMs - timestampMs > RewindMs;
}
