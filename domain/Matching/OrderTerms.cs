namespace Bourse.Domain.Matching;

/// <summary>The side of an order or of a trade's aggressor.</summary>
public enum Side : byte { Buy = 1, Sell = 2 }

/// <summary>What follows from a side.</summary>
public static class Sides
{
    /// <summary>The side that trades with it.</summary>
    public static Side Opposite(this Side side) => side == Side.Buy ? Side.Sell : Side.Buy;
}

/// <summary>How an order is priced.</summary>
public enum OrderType : byte { Market = 1, Limit = 2, Stop = 3, StopLimit = 4, TrailingStop = 5 }

/// <summary>
/// How long an order stands: until the session ends, until cancelled, at once or not at all, whole or not at all, until a time of its own (which an engine
/// without a clock takes as <see cref="Gtc"/>).
/// </summary>
public enum TimeInForce : byte { Day = 1, Gtc = 2, Ioc = 3, Fok = 4, Gtd = 5 }

/// <summary>Which order gives way when an account would trade with itself.</summary>
public enum SelfTradePrevention : byte { CancelNewest = 0, CancelOldest = 1, CancelBoth = 2 }
