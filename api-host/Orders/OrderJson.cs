namespace Bourse.ApiHost.Orders;

/// <summary>An order on the wire.</summary>
/// <param name="Seq">The number of the newest event of the order channel that touched it.</param>
/// <param name="OrderClass"><c>simple</c>, <c>bracket</c>, <c>oco</c> or <c>oto</c>; a leg has that of its order.</param>
/// <param name="Legs">Of the order that begins a group, where it is asked for by itself; else null.</param>
public sealed record OrderJson(
    string Id,
    string ClientOrderId,
    string Symbol,
    string Side,
    string Type,
    string TimeInForce,
    string Qty,
    string FilledQty,
    string? FilledAvgPrice,
    string? LimitPrice,
    string? StopPrice,
    bool PostOnly,
    bool ReduceOnly,
    string Status,
    string? RejectCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Seq,
    string? TrailPrice = null,
    string? TrailPercent = null,
    DateTimeOffset? ExpireAt = null,
    string? DisplayQty = null,
    string OrderClass = "simple",
    IReadOnlyList<OrderJson>? Legs = null);

/// <summary>A list; <paramref name="NextPageToken"/> is null at its end.</summary>
public sealed record ListJson<T>(IReadOnlyList<T> Items, string? NextPageToken);

/// <summary>When all orders are cancelled unless the switch is set anew; null when it is off.</summary>
public sealed record CancelAllAfterJson(DateTimeOffset? CancelAt);

/// <summary>What would become of an order, were it placed now.</summary>
/// <param name="Order">As it would begin; its id means nothing.</param>
/// <param name="WorstPrice">The limit, or the worst price of an order without one.</param>
/// <param name="Reserved">What it would hold of <paramref name="ReservedAsset"/>; null = nothing.</param>
/// <param name="FillQty">What the depth that shows now would fill at once.</param>
/// <param name="FillAvgPrice">Null when nothing would fill.</param>
public sealed record OrderPreviewJson(
    OrderJson Order, bool Repeated, string? WorstPrice, string? Reserved, string? ReservedAsset, string FillQty, string? FillAvgPrice);

/// <summary>How cancelling one of all orders went.</summary>
/// <param name="Status">200 when it is canceled, else the status of the problem.</param>
/// <param name="Code">Null when it is canceled.</param>
public sealed record CancelRowJson(string Id, int Status, string? Code, OrderJson? Order);
