using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>Where ticks come from: recorded files, the simulator, later live providers.</summary>
public interface IMarketDataSource
{
    /// <summary>The symbols that are known before the first tick; others may follow.</summary>
    IReadOnlyList<string> Symbols { get; }

    /// <summary>How a symbol is traded, for a catalogue that does not know it yet.</summary>
    InstrumentView Describe(string symbol);

    /// <summary>
    /// Ticks in the order of time, as they fall due; each batch may hold many symbols and is only good until the next is asked for.
    /// Ends when the source has no more.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<SymbolTick>> Read(CancellationToken cancellation);
}
