using System.ComponentModel.DataAnnotations;

namespace Bourse.ApiHost.Limits;

/// <summary>Settings under <c>Limits</c>: how much one caller may ask in a minute, of all front ends together.</summary>
public sealed class LimitOptions
{
    /// <value>Requests a minute for one user, one API key, or one address without a sign-in; 120,000 by default.</value>
    [Range(1, 100_000_000)]
    public int RequestsPerMinute { get; set; } = 120_000;

    /// <value>Sign-ins and refreshes a minute for one address; 3,000 by default.</value>
    [Range(1, 100_000_000)]
    public int SignInsPerMinute { get; set; } = 3_000;

    /// <value>Sign-ups a minute for one address; 3,000 by default, which suits a demonstration: the outside world gets far fewer.</value>
    [Range(1, 100_000_000)]
    public int SignUpsPerMinute { get; set; } = 3_000;

    /// <value>How many callers are told apart in one minute; beyond that the rest share one count. 200,000 by default.</value>
    [Range(1, 10_000_000)]
    public int MaxCallers { get; set; } = 200_000;

    public int Of(LimitKind kind) => kind switch
    {
        LimitKind.SignIns => SignInsPerMinute,
        LimitKind.SignUps => SignUpsPerMinute,
        _ => RequestsPerMinute,
    };
}

/// <summary>What is counted.</summary>
public enum LimitKind
{
    Requests,
    SignIns,
    SignUps,
}
