using System.Text.Json;
using Bourse.ApiHost.Problems;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Orders;

/// <summary>An order as a client sends it. Members that are not here are passed over; those that are here and not served yet are refused.</summary>
public sealed record OrderBody
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Type { get; init; }

    public string? TimeInForce { get; init; }

    public decimal? Qty { get; init; }

    public decimal? LimitPrice { get; init; }

    public decimal? StopPrice { get; init; }

    public bool? PostOnly { get; init; }

    public bool? ReduceOnly { get; init; }

    public string? SelfTradePrevention { get; init; }

    public string? ClientOrderId { get; init; }

    public string? OrderClass { get; init; }

    public decimal? TrailPrice { get; init; }

    public decimal? TrailPercent { get; init; }

    public DateTimeOffset? ExpireAt { get; init; }

    public decimal? DisplayQty { get; init; }

    public JsonElement? TakeProfit { get; init; }

    public JsonElement? StopLoss { get; init; }

    /// <summary>The order's terms. Throws <see cref="ProblemException"/> where they cannot be read or are not served.</summary>
    public OrderTerms ToTerms(string symbol, string clientOrderId)
    {
        RefuseUnserved();
        var type = OneOf(Type, "type", OrderNames.ToType);
        return new OrderTerms(
            symbol,
            OneOf(Side, "side", OrderNames.ToSide),
            type,
            OneOf(TimeInForce, "time_in_force", OrderNames.ToTimeInForce),
            Positive(Qty ?? throw Missing("qty"), "qty"),
            Price(LimitPrice, "limit_price", type is OrderType.Limit or OrderType.StopLimit),
            Price(StopPrice, "stop_price", type is OrderType.Stop or OrderType.StopLimit),
            PostOnly ?? false,
            ReduceOnly ?? false,
            SelfTradePrevention is null
                ? Domain.Matching.SelfTradePrevention.CancelNewest
                : OneOf(SelfTradePrevention, "self_trade_prevention", OrderNames.ToSelfTradePrevention),
            clientOrderId,
            ToAdvanced());
    }

    /// <summary>Null when none of these terms is given. Whether they fit the order is the account's to say.</summary>
    private AdvancedTermsView? ToAdvanced()
    {
        var advanced = new AdvancedTermsView(
            Given(DisplayQty, "display_qty"), ExpireAt?.ToUnixTimeMilliseconds(), Given(TrailPrice, "trail_price"), Given(TrailPercent, "trail_percent"));
        return advanced == new AdvancedTermsView() ? null : advanced;
    }

    private static decimal? Given(decimal? value, string field) => value is { } given ? Positive(given, field) : null;

    internal static decimal Positive(decimal value, string field) => value > 0
        ? value
        : throw new ProblemException(Problem.Malformed(field, $"{field} is to be above 0."));

    private static decimal? Price(decimal? value, string field, bool needed) => (value, needed) switch
    {
        (null, true) => throw Missing(field),
        ({ } price, true) => Positive(price, field),
        ({ }, false) => throw new ProblemException(Problem.Malformed(field, $"An order of this type has no {field}.")),
        _ => null,
    };

    private static T OneOf<T>(string? text, string field, Func<string, T?> read)
        where T : struct =>
        read(text ?? throw Missing(field)) ?? throw new ProblemException(Problem.Malformed(field, $"This is no {field}."));

    private static ProblemException Missing(string field) => new(Problem.Malformed(field, $"{field} is missing."));

    private static bool IsGiven(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };

    private static void Refuse(bool asked, string field)
    {
        if (asked)
        {
            throw new ProblemException(Problem.Refused("not_supported", $"This {field} is not served here.", field));
        }
    }

    private void RefuseUnserved()
    {
        Refuse(OrderClass is "bracket" or "oco" or "oto", "order_class");
        Refuse(IsGiven(TakeProfit), "take_profit");
        Refuse(IsGiven(StopLoss), "stop_loss");
        if (OrderClass is not (null or "" or "simple"))
        {
            throw new ProblemException(Problem.Malformed("order_class", "This is no order_class."));
        }
    }
}
