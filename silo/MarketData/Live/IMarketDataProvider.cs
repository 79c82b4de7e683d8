using Bourse.Silo.Outside;

namespace Bourse.Silo.MarketData.Live;

/// <summary>A live provider of market data: a border, with one adapter an outside service.</summary>
public interface IMarketDataProvider : IDisposable
{
    OutsideHealth Health { get; }

    /// <summary>Symbols of ours that it is asked for.</summary>
    SymbolMap Symbols { get; }

    /// <summary>The newest state of a symbol that it covers, by a request.</summary>
    /// <exception cref="OutsideException">It has no answer.</exception>
    Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation);

    /// <summary>Brings ticks until it is cancelled, whatever happens to the service.</summary>
    Task Run(TickSink sink, CancellationToken cancellation);
}

/// <summary>Where a provider's ticks go.</summary>
/// <param name="Put">Takes a tick; waits where the market behind is slower.</param>
/// <param name="Needs">Whether a tick of the symbol would be used now: providers that have to be asked for each tick ask.</param>
public sealed record TickSink(Func<SymbolTick, CancellationToken, ValueTask> Put, Func<string, bool> Needs);
