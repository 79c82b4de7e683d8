using System.Collections.Concurrent;

namespace Bourse.Silo.MarketData.Live;

/// <summary>
/// Decides whose ticks of a symbol count: those of the most preferred provider that is up and has brought one lately. Safe for any thread.
/// </summary>
/// <param name="providers">The most preferred first.</param>
/// <param name="staleAfter">For how long a provider's tick keeps those of lesser ones out.</param>
public sealed class Failover(IReadOnlyList<IMarketDataProvider> providers, TimeSpan staleAfter, TimeProvider time)
{
    // By symbol: when each provider brought its newest tick, 0 = never.
    private readonly ConcurrentDictionary<string, long[]> _newest = new(StringComparer.Ordinal);

    /// <summary>Notes a provider's tick, and says whether it goes on.</summary>
    public bool Takes(int rank, string symbol)
    {
        var newest = NewestOf(symbol);
        Volatile.Write(ref newest[rank], time.GetTimestamp());
        return !BetterIsWell(rank, newest);
    }

    /// <summary>Whether a tick of the provider would go on now.</summary>
    public bool Needs(int rank, string symbol) => !BetterIsWell(rank, NewestOf(symbol));

    private bool BetterIsWell(int rank, long[] newest)
    {
        for (var better = 0; better < rank; better++)
        {
            var at = Volatile.Read(ref newest[better]);
            if (at != 0 && providers[better].Health.IsUp && time.GetElapsedTime(at) <= staleAfter)
            {
                return true;
            }
        }

        return false;
    }

    private long[] NewestOf(string symbol) => _newest.GetOrAdd(symbol, static (_, count) => new long[count], providers.Count);
}
