using Bourse.Domain.Instruments;

namespace Bourse.Domain.Risk;

/// <summary>What a position must be backed by, as fractions of its value: 0.5 is half.</summary>
/// <param name="Initial">To take it on; above 0, at most 1.</param>
/// <param name="Maintenance">To keep it; above 0, at most <paramref name="Initial"/>.</param>
public readonly record struct MarginRate(decimal Initial, decimal Maintenance)
{
    public bool IsValid => Maintenance > 0 && Initial >= Maintenance && Initial <= 1;
}

/// <summary>The rates of each asset class.</summary>
public sealed record MarginRates(MarginRate Stock, MarginRate Crypto, MarginRate Fx)
{
    /// <summary>Everything is backed whole: what a cash account that may sell short is measured by.</summary>
    public static MarginRates Whole { get; } = new(new MarginRate(1, 1), new MarginRate(1, 1), new MarginRate(1, 1));

    public MarginRate Of(AssetClass assetClass) => assetClass switch
    {
        AssetClass.Crypto => Crypto,
        AssetClass.Fx => Fx,
        _ => Stock,
    };
}
