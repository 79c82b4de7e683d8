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
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long refreshedAt;

    /// <summary>All instruments by symbol, and the version that names this state.</summary>
    public Listing Current => listing;

    /// <summary>Done once the catalogue has answered: a moment after the start.</summary>
    public Task Known => answered.Task;

    /// <summary>The instrument of exactly this symbol, as far as is known here.</summary>
    public InstrumentView? Find(string symbol) => bySymbol.GetValueOrDefault(symbol);

    /// <summary>The instrument that the text means (<c>EUR-USD</c> is <c>EUR/USD</c>), or null.</summary>
    public async ValueTask<InstrumentView?> Get(string text)
    {
        if (Read(text) is { } known)
        {
            return known;
        }

        if (text.Length > SymbolText.MaxLength || (answered.Task.IsCompleted && clock.GetElapsedTime(Volatile.Read(ref refreshedAt)) < MissPause))
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
            answered.TrySetResult();
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
    public sealed record Listing(long Version, IReadOnlyList<InstrumentView> Instruments)
    {
        /// <summary>People look for the same things: searches of this state that are answered from memory.</summary>
        private const int MaxRemembered = 2_000;

        private readonly ConcurrentDictionary<string, InstrumentView[]> searches = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Symbols that begin with the text first, then those whose symbol or name has it anywhere; always the same number at most.</summary>
        public IReadOnlyList<InstrumentView> Search(string text, int max)
        {
            if (!searches.TryGetValue(text, out var found))
            {
                found = [.. Instruments
                    .Select(i => (Instrument: i, Rank: Rank(i, text)))
                    .Where(hit => hit.Rank < int.MaxValue)
                    .OrderBy(hit => hit.Rank)
                    .Take(max)
                    .Select(hit => hit.Instrument)];
                if (searches.Count < MaxRemembered)
                {
                    searches[text] = found;
                }
            }

            return found;
        }

        private static int Rank(InstrumentView instrument, string text)
        {
            var at = instrument.Symbol.IndexOf(text, StringComparison.OrdinalIgnoreCase);
            return at == 0 ? (instrument.Symbol.Length == text.Length ? 0 : 1)
                : at > 0 ? 2
                : instrument.Name.Contains(text, StringComparison.OrdinalIgnoreCase) ? 3
                : int.MaxValue;
        }
    }
}
