using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Orders;

/// <summary>What a replace changes; what is missing stays as it is.</summary>
public sealed record ChangesBody
{
    public decimal? Qty { get; init; }

    public decimal? LimitPrice { get; init; }

    public decimal? StopPrice { get; init; }

    /// <summary>Throws <see cref="ProblemException"/> where nothing is asked for or a value cannot be.</summary>
    public OrderChanges ToChanges()
    {
        if (Qty is null && LimitPrice is null && StopPrice is null)
        {
            throw new ProblemException(Problem.Malformed(null, "One of qty, limit_price and stop_price is to be given."));
        }

        return new OrderChanges(Checked(Qty, "qty"), Checked(LimitPrice, "limit_price"), Checked(StopPrice, "stop_price"));
    }

    private static decimal? Checked(decimal? value, string field) => value is { } given ? OrderBody.Positive(given, field) : null;
}
