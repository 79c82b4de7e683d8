using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Silo.MarketData;

/// <summary>A tick with the symbol that it is of.</summary>
public readonly record struct SymbolTick(string Symbol, Tick Tick);
