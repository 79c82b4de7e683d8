using System.Runtime.CompilerServices;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>Plays the simulated market at the pace of the clock.</summary>
public sealed class SimulatorSource(SimulatorSource.Settings settings, TimeProvider time) : IMarketDataSource
{
    private const int MaxBatch = 2_048;
    private const long MaxBehindMs = 5_000;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<string, SimulatedInstruments.Profile> _profiles =
        settings.Profiles.ToDictionary(p => p.Instrument.Symbol, StringComparer.Ordinal);

    /// <param name="Prices">Where symbols start instead of at their profile's price: where they stood when the silo stopped.</param>
    public sealed record Settings(
        IReadOnlyList<SimulatedInstruments.Profile> Profiles,
        IReadOnlyDictionary<string, decimal> Prices,
        ulong Seed,
        double TicksPerSecond,
        decimal Notional);

    public IReadOnlyList<string> Symbols { get; } = [.. settings.Profiles.Select(p => p.Instrument.Symbol)];

    public InstrumentView Describe(string symbol) =>
        _profiles.TryGetValue(symbol, out var profile) ? profile.Instrument : InstrumentDefaults.For(symbol);

    public async IAsyncEnumerable<IReadOnlyList<SymbolTick>> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        var instruments = settings.Profiles
            .Select(p => SimulatedInstruments.ToSimulated(p, settings.Prices.GetValueOrDefault(p.Instrument.Symbol, p.Price), settings.Notional))
            .ToList();
        if (instruments.Count == 0)
        {
            yield break;
        }

        var market = new SimulatedMarket(instruments, settings.Seed, NowMs(), settings.TicksPerSecond);
        var batch = new List<SymbolTick>();
        while (true)
        {
            var wait = TimeSpan.FromMilliseconds(market.NextDueMs - NowMs());
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < Slice ? Slice : wait, time, cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
            batch.Clear();
            var nowMs = NowMs();
            while (market.NextDueMs <= nowMs && batch.Count < MaxBatch)
            {
                var tick = market.Next();
                if (tick.Tick.TimestampMs >= nowMs - MaxBehindMs)
                {
                    // After a pause of the process the market goes on from now; what it missed is of no use to anyone.
                    batch.Add(tick);
                }
            }

            if (batch.Count > 0)
            {
                yield return batch;
            }
        }
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
