namespace Bourse.Domain.Risk;

/// <summary>The stable codes with which an account refuses a command.</summary>
public static class RefusalCode
{
    public const string AccountNotOpen = "account_not_open";
    public const string UnknownSymbol = "unknown_symbol";
    public const string MarketClosed = "market_closed";
    public const string TradingHalted = "trading_halted";
    public const string InvalidQuantity = "invalid_qty";
    public const string InvalidLot = "invalid_lot";
    public const string InvalidPrice = "invalid_price";
    public const string InvalidTick = "invalid_tick";
    public const string InvalidOrder = "invalid_order";
    public const string InvalidExpiry = "invalid_expire_at";
    public const string InvalidDisplay = "invalid_display_qty";
    public const string InvalidTrail = "invalid_trail";
    public const string InvalidOrderClass = "invalid_order_class";
    public const string InvalidTakeProfit = "invalid_take_profit";
    public const string InvalidStopLoss = "invalid_stop_loss";
    public const string LegNotActive = "leg_not_active";
    public const string MaxOrderQuantity = "max_order_qty";
    public const string PriceCollar = "price_collar";
    public const string NoReferencePrice = "no_reference_price";
    public const string MaxNotional = "max_notional";
    public const string MaxOpenOrders = "max_open_orders";
    public const string OrderRate = "order_rate";
    public const string MaxGrossExposure = "max_gross_exposure";
    public const string DailyLossLimit = "daily_loss_limit";
    public const string DayTrades = "pattern_day_trader";
    public const string WashTrade = "wash_trade";
    public const string RestrictedSymbol = "restricted_symbol";
    public const string LocateRequired = "locate_required";
    public const string ReduceOnly = "reduce_only";
    public const string MaxPosition = "max_position";
    public const string InsufficientPosition = "insufficient_position";
    public const string InsufficientFunds = "insufficient_funds";
    public const string UnknownOrder = "unknown_order";
    public const string NotOpen = "not_open";
    public const string OrderPending = "order_pending";
    public const string ReplacePending = "replace_pending";
    public const string UnknownAsset = "unknown_asset";
    public const string InvalidAmount = "invalid_amount";
    public const string InvalidReference = "invalid_reference";
}

/// <summary>Why a command is refused; nothing changed.</summary>
/// <param name="Code">One of <see cref="RefusalCode"/>.</param>
/// <param name="Detail">One sentence for a person.</param>
public sealed record Refusal(string Code, string Detail);
