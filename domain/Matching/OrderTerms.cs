namespace Bourse.Domain.Matching;

/// <summary>The side of an order or of a trade's aggressor.</summary>
public enum Side : byte { Buy = 1, Sell = 2 }

/// <summary>How an order is priced.</summary>
public enum OrderType : byte { Market = 1, Limit = 2, Stop = 3, StopLimit = 4 }

/// <summary>How long an order stands: until cancelled, until the session ends, at once or not at all, whole or not at all.</summary>
public enum TimeInForce : byte { Day = 1, Gtc = 2, Ioc = 3, Fok = 4 }

/// <summary>Which order gives way when an account would trade with itself.</summary>
public enum SelfTradePrevention : byte { CancelNewest = 0, CancelOldest = 1, CancelBoth = 2 }
