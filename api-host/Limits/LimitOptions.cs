using System.ComponentModel.DataAnnotations;

namespace Bourse.ApiHost.Limits;

/// <summary>Settings under <c>Limits</c>: how much one caller may ask of one front end in a minute.</summary>
public sealed class LimitOptions
{
    /// <value>Requests a minute for one user, or for one address without a sign-in; 120,000 by default.</value>
    [Range(1, 100_000_000)]
    public int RequestsPerMinute { get; set; } = 120_000;

    /// <value>Sign-ups, sign-ins and refreshes a minute for one address; 3,000 by default.</value>
    [Range(1, 100_000_000)]
    public int SignInsPerMinute { get; set; } = 3_000;

    /// <value>How many callers are told apart in one minute; beyond that the rest share one count. 200,000 by default.</value>
    [Range(1, 10_000_000)]
    public int MaxCallers { get; set; } = 200_000;
}

/// <summary>What is counted.</summary>
public enum LimitKind
{
    Requests,
    SignIns,
}
