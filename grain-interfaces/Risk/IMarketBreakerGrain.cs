namespace Bourse.GrainInterfaces.Risk;

/// <summary>The market-wide circuit breaker: halts the platform by its kill switch when the index falls. One grain with the key <see cref="Key"/>.</summary>
[Alias("bourse.market-breaker")]
public interface IMarketBreakerGrain : IGrainWithStringKey
{
    const string Key = "market";

    /// <summary>Looks at the index, once a second at most however many ask.</summary>
    /// <param name="index">The symbols whose mean change it is.</param>
    [Alias("look")]
    Task Look(IReadOnlyList<string> index);
}
