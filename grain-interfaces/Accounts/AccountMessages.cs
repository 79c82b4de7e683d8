using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.GrainInterfaces.Accounts;

/// <summary>A trader's order as it goes to its account.</summary>
[GenerateSerializer, Immutable, Alias("bourse.place-order")]
public sealed record PlaceOrder(OrderTerms Terms);

/// <summary>The terms of an order; see <see cref="OrderRequest"/> for units and bounds.</summary>
[GenerateSerializer, Immutable, Alias("bourse.order-terms")]
public sealed record OrderTerms(
    string Symbol,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    decimal? LimitPrice,
    decimal? StopPrice,
    bool PostOnly,
    bool ReduceOnly,
    SelfTradePrevention SelfTradePrevention,
    string ClientOrderId,
    AdvancedTermsView? Advanced = null)
{
    /// <param name="symbol">Stands for the symbol in place of the order's own copy of it; the same letters.</param>
    public OrderRequest ToRequest(string? symbol = null) => new(
        symbol ?? Symbol, Side, Type, TimeInForce, Quantity, LimitPrice, StopPrice, PostOnly, ReduceOnly, SelfTradePrevention, ClientOrderId,
        Advanced?.ToDomain());
}

/// <summary><see cref="AdvancedTerms"/> as they travel; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.advanced-terms")]
public sealed record AdvancedTermsView(
    decimal? DisplayQuantity = null, long? ExpireAtMs = null, decimal? TrailPrice = null, decimal? TrailPercent = null,
    OrderGroupView? Group = null, LegKind? Leg = null)
{
    public static AdvancedTermsView? From(AdvancedTerms? t) =>
        t is null ? null : new AdvancedTermsView(t.DisplayQuantity, t.ExpireAtMs, t.TrailPrice, t.TrailPercent, OrderGroupView.From(t.Group), t.Leg);

    public AdvancedTerms ToDomain() => new(DisplayQuantity, ExpireAtMs, TrailPrice, TrailPercent, Group?.ToDomain(), Leg);
}

/// <summary><see cref="OrderGroupTerms"/> as they travel; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.order-group")]
public sealed record OrderGroupView(OrderClass Class, decimal? TakeProfitPrice, decimal? StopPrice, decimal? StopLimitPrice)
{
    public static OrderGroupView? From(OrderGroupTerms? t) => t is null ? null : new OrderGroupView(t.Class, t.TakeProfitPrice, t.StopPrice, t.StopLimitPrice);

    public OrderGroupTerms ToDomain() => new(Class, TakeProfitPrice, StopPrice, StopLimitPrice);
}

/// <summary>What a replace changes; null leaves a term as it is.</summary>
/// <param name="Quantity">The new total quantity, what has filled included.</param>
[GenerateSerializer, Immutable, Alias("bourse.order-changes")]
public sealed record OrderChanges(decimal? Quantity, decimal? LimitPrice, decimal? StopPrice);

/// <summary>An order as it stands.</summary>
/// <param name="Seq">The number of the newest order event that touched it.</param>
/// <param name="Legs">Of an order that begins a group: its legs, as far as memory has them. Null for any other order.</param>
[GenerateSerializer, Immutable, Alias("bourse.order-view")]
public sealed record OrderView(
    Guid Id,
    string ClientOrderId,
    string Symbol,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    decimal FilledQuantity,
    decimal? FilledAveragePrice,
    decimal? LimitPrice,
    decimal? StopPrice,
    bool PostOnly,
    bool ReduceOnly,
    SelfTradePrevention SelfTradePrevention,
    OrderStatus Status,
    string? RejectCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Seq,
    AdvancedTermsView? Advanced = null,
    IReadOnlyList<OrderView>? Legs = null);

/// <summary>How an account answered a command.</summary>
public enum AnswerKind : byte
{
    /// <summary>Done now; the order is as it stands after the book's answer.</summary>
    Done = 1,

    /// <summary>The same command was done before; the order is the first one.</summary>
    Repeated = 2,

    /// <summary>The client order id was used before with other content.</summary>
    Conflict = 3,

    /// <summary>Understood and refused; nothing changed.</summary>
    Refused = 4,

    /// <summary>No such order in this account.</summary>
    NotFound = 5,

    /// <summary>The outcome is not known yet, or the system sheds load: repeat with the same client order id.</summary>
    Unavailable = 6,
}

/// <summary>The answer to a command on an order.</summary>
/// <param name="Code">The stable code of a refusal, else null.</param>
[GenerateSerializer, Immutable, Alias("bourse.order-answer")]
public sealed record OrderAnswer(AnswerKind Kind, OrderView? Order, string? Code = null, string? Detail = null);

/// <summary>What would become of an order.</summary>
/// <param name="Answer">As the account would answer, before the book has seen the order.</param>
/// <param name="WorstPrice">The limit, or the worst price of an order without one; null unless it would be placed.</param>
/// <param name="Reserved">What it would hold of <paramref name="ReservedAsset"/>; null asset = nothing.</param>
[GenerateSerializer, Immutable, Alias("bourse.order-preview")]
public sealed record OrderPreview(OrderAnswer Answer, decimal? WorstPrice = null, decimal Reserved = 0, string? ReservedAsset = null);

/// <summary>One fill as its account sees it.</summary>
/// <param name="Liquidity"><c>maker</c> or <c>taker</c>.</param>
[GenerateSerializer, Immutable, Alias("bourse.fill-view")]
public sealed record FillView(string TradeId, decimal Price, decimal Quantity, string Liquidity, decimal Fee);

/// <summary>One numbered event of an account's order channel.</summary>
/// <param name="Seq">Counts up by one per account, from 1; stable for ever.</param>
/// <param name="Event">As Alpaca's trade updates: <c>new partial_fill fill canceled expired rejected replaced</c>.</param>
/// <param name="Order">The order right after the event.</param>
[GenerateSerializer, Immutable, Alias("bourse.order-update")]
public sealed record OrderUpdate(long Seq, string Event, OrderView Order, FillView? Fill, DateTimeOffset Time);

/// <summary>What an account publishes on its stream <c>account/{id}</c>: order events just committed.</summary>
/// <param name="BalancesChanged">True when cash or positions moved too.</param>
[GenerateSerializer, Immutable, Alias("bourse.account-notice")]
public sealed record AccountNotice(string Account, IReadOnlyList<OrderUpdate> Updates, IReadOnlyList<string> ChangedSymbols, bool BalancesChanged);

/// <summary>A run of an account's order channel.</summary>
/// <param name="Updates">In order, each number one above the one before.</param>
/// <param name="LastSeq">The newest number there is; more than the last of <paramref name="Updates"/> when there is more to ask for.</param>
/// <param name="TooFarBehind">The asked-for start is beyond the bound: reload the state instead.</param>
/// <param name="Epoch">Names this journal; numbers of another epoch mean nothing here.</param>
[GenerateSerializer, Immutable, Alias("bourse.order-updates")]
public sealed record OrderUpdates(IReadOnlyList<OrderUpdate> Updates, long LastSeq, bool TooFarBehind, long Epoch);

/// <summary>A position, valued at the newest price that the account's silo knows.</summary>
/// <param name="Quantity">Below zero when short.</param>
/// <param name="CurrentPrice">Null when the symbol has no price yet; values then use the entry price.</param>
[GenerateSerializer, Immutable, Alias("bourse.position-view")]
public sealed record PositionView(
    string Symbol,
    decimal Quantity,
    decimal AverageEntryPrice,
    decimal? CurrentPrice,
    decimal MarketValue,
    decimal UnrealizedProfit,
    decimal UnrealizedProfitFraction,
    decimal RealizedProfit);

/// <summary>An account as it stands, in its currency.</summary>
/// <param name="Cash">Free and held together.</param>
/// <param name="Held">Reserved by open orders.</param>
/// <param name="BuyingPower">What a new order may use: cash not held; for a margin account what stocks its equity can still back.</param>
/// <param name="InitialMargin">What positions and open orders have to be backed by; null for a cash account.</param>
/// <param name="MaintenanceMargin">What the positions have to be backed by, or open orders are cancelled; null for a cash account.</param>
/// <param name="StopCode">Why only what reduces positions is let through today, or null.</param>
[GenerateSerializer, Immutable, Alias("bourse.portfolio-view")]
public sealed record PortfolioView(
    string Account,
    string Currency,
    decimal Cash,
    decimal Held,
    decimal BuyingPower,
    decimal Equity,
    decimal UnrealizedProfit,
    decimal RealizedProfit,
    decimal DayProfit,
    IReadOnlyList<PositionView> Positions,
    decimal? InitialMargin = null,
    decimal? MaintenanceMargin = null,
    string? StopCode = null);

/// <summary>Opens an account; repeated with the same id it changes nothing.</summary>
/// <param name="Kind"><c>trader</c> or <c>house</c>.</param>
[GenerateSerializer, Immutable, Alias("bourse.open-account")]
public sealed record OpenAccount(string UserId, string Currency, decimal InitialDeposit, string Kind = "trader");

/// <summary>How far an account has come with a book's reports.</summary>
/// <param name="Applied">Everything up to here is in its state.</param>
/// <param name="Durable">Everything up to here is durable, and need not be told again.</param>
[GenerateSerializer, Immutable, Alias("bourse.reports-taken")]
public readonly record struct ReportsTaken(long Applied, long Durable);
