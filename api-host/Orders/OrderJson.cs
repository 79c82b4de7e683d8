namespace Bourse.ApiHost.Orders;

/// <summary>An order on the wire.</summary>
/// <param name="Seq">The number of the newest event of the order channel that touched it.</param>
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
    string? DisplayQty = null);

/// <summary>A list; <paramref name="NextPageToken"/> is null at its end.</summary>
public sealed record ListJson<T>(IReadOnlyList<T> Items, string? NextPageToken);

/// <summary>How cancelling one of all orders went.</summary>
/// <param name="Status">200 when it is canceled, else the status of the problem.</param>
/// <param name="Code">Null when it is canceled.</param>
public sealed record CancelRowJson(string Id, int Status, string? Code, OrderJson? Order);
