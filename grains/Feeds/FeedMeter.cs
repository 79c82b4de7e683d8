using System.Diagnostics.Metrics;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>The feeds' instruments for measuring; no label names a symbol, because there may be many thousands.</summary>
internal static class FeedMeter
{
    public const string Name = "Bourse.Feeds";

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Ticks = Meter.CreateCounter<long>("bourse.feed.ticks", "{tick}", "Ticks taken in.");

    public static readonly Counter<long> LateTicks = Meter.CreateCounter<long>("bourse.feed.late_ticks", "{tick}", "Ticks older than the newest of their feed.");

    public static readonly Counter<long> DuplicateTicks = Meter.CreateCounter<long>("bourse.feed.duplicate_ticks", "{tick}", "Ticks taken before.");

    public static readonly Counter<long> Stale = Meter.CreateCounter<long>("bourse.feed.stale", "{feed}", "How often a feed's source fell silent.");

    public static readonly Counter<long> Trades = Meter.CreateCounter<long>("bourse.feed.trades", "{trade}", "Trades of our own books taken in.");

    public static readonly Counter<long> Publishes = Meter.CreateCounter<long>("bourse.feed.publishes", "{quote}", "Quotes published.");

    public static readonly Counter<long> FailedPublishes = Meter.CreateCounter<long>("bourse.feed.failed_publishes", "{quote}", "Quotes that the stream did not take; a newer one followed.");

    public static readonly Counter<long> LostBars = Meter.CreateCounter<long>("bourse.feed.lost_bars", "{bar}", "Bars that could not be kept because PostgreSQL was away for too long.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("bourse.feed.refused_ticks", "{tick}", "Ticks that cannot be true.");

    public static void CountRefused(TickFault fault) => Refused.Add(1, new KeyValuePair<string, object?>("reason", fault.ToString()));
}
