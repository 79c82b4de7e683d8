using Bourse.Domain.Instruments;

namespace Bourse.Domain.Risk;

/// <summary>What a symbol is valued by.</summary>
/// <param name="Price">The newest; null when there is none: then a position counts what it cost.</param>
/// <param name="Calendar">Whose sessions its days are.</param>
public readonly record struct Mark(decimal? Price, AssetClass AssetClass, string Calendar = "always");

/// <summary>An account's worth and what it risks, in its currency.</summary>
/// <param name="Equity">Cash and positions.</param>
/// <param name="Gross">The value of all positions, each as large as its open orders could make it.</param>
/// <param name="InitialMargin">What <paramref name="Gross"/> and the open orders' fees have to be backed by.</param>
/// <param name="MaintenanceMargin">What the positions alone have to be backed by.</param>
public readonly record struct Exposure(decimal Equity, decimal Gross, decimal InitialMargin, decimal MaintenanceMargin);
