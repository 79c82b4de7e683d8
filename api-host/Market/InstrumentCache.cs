using System.Collections.Concurrent;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.ApiHost.Market;

/// <summary>
/// The catalogue as this front end knows it, at most about a second old; a symbol that is not known is asked for at once, at most
/// 10 times a second.
/// </summary>
public sealed class InstrumentCache(IGrainFactory grains, TimeProvider clock) : IDisposable
{
    private const string CatalogueKey = "catalogue";
    private static readonly TimeSpan MissPause = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, InstrumentView> bySymbol = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim refreshing = new(1);

    /// <summary>Written under <see cref="refreshing"/>, replaced whole.</summary>
    private volatile Listing listing = new(0, []);
    private volatile bool everRefreshed;
    private long refreshedAt;

    /// <summary>All instruments by symbol, and the version that names this state.</summary>
    public Listing Current => listing;

    /// <summary>The instrument of exactly this symbol, as far as is known here.</summary>
    public InstrumentView? Find(string symbol) => bySymbol.GetValueOrDefault(symbol);

    /// <summary>The instrument that the text means (<c>EUR-USD</c> is <c>EUR/USD</c>), or null.</summary>
    public async ValueTask<InstrumentView?> Get(string text)
    {
        if (Read(text) is { } known)
        {
            return known;
        }

        if (text.Length > SymbolText.MaxLength || (everRefreshed && clock.GetElapsedTime(Volatile.Read(ref refreshedAt)) < MissPause))
        {
            return null;
        }

        await Refresh();
        return Read(text);
    }

    /// <summary>Takes what changed in the catalogue.</summary>
    public async Task Refresh()
    {
        await refreshing.WaitAsync();
        try
        {
            var changes = await grains.GetGrain<ICatalogueGrain>(CatalogueKey).GetChanges(listing.Version);
            foreach (var instrument in changes.Instruments)
            {
                bySymbol[instrument.Symbol] = instrument;
            }

            if (changes.Version != listing.Version || changes.Instruments.Count > 0)
            {
                listing = new Listing(changes.Version, [.. bySymbol.Values.OrderBy(i => i.Symbol, StringComparer.Ordinal)]);
            }

            Volatile.Write(ref refreshedAt, clock.GetTimestamp());
            everRefreshed = true;
        }
        finally
        {
            refreshing.Release();
        }
    }

    public void Dispose() => refreshing.Dispose();

    private InstrumentView? Read(string text)
    {
        foreach (var reading in SymbolText.Readings(text))
        {
            if (bySymbol.TryGetValue(reading, out var instrument))
            {
                return instrument;
            }
        }

        return null;
    }

    /// <summary>All instruments by symbol, with the version that names this state.</summary>
    public sealed record Listing(long Version, IReadOnlyList<InstrumentView> Instruments);
}
