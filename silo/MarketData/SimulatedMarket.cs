using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Silo.MarketData;

/// <summary>One simulated instrument, counted in its ticks.</summary>
/// <param name="AnchorTicks">The price that the walk keeps coming back to.</param>
/// <param name="StepTicks">About how far the price goes at one move, in 1/1,024 of a tick.</param>
/// <param name="SpreadTicks">The narrowest distance of bid and ask.</param>
/// <param name="QuoteLots">About how many lots stand at the bid and at the ask.</param>
public sealed record SimulatedInstrument(
    string Symbol, decimal TickSize, decimal LotSize, long AnchorTicks, long StepTicks, int SpreadTicks, long QuoteLots);

/// <summary>
/// A market of its own: mean-reverting walks of whole ticks, from a seed. The same instruments, seed, start and rate give the same ticks,
/// on every machine. About one tick in eight moves the quote; the others print a trade at the bid or the ask.
/// </summary>
public sealed class SimulatedMarket
{
    private const int Reversion = 4_096;
    private const int MovesOneIn = 8;

    private readonly SimulatedInstrument[] _instruments;
    private readonly Walk[] _walks;
    private readonly PriorityQueue<int, (long DueMs, int Index)> _due = new();
    private readonly long _meanIntervalMs;

    /// <param name="startMs">The time of the beginning, ms since 1970 UTC.</param>
    /// <param name="ticksPerSecond">For each symbol, on average.</param>
    public SimulatedMarket(IReadOnlyList<SimulatedInstrument> instruments, ulong seed, long startMs, double ticksPerSecond)
    {
        _instruments = [.. instruments];
        _walks = new Walk[_instruments.Length];
        _meanIntervalMs = Math.Max(1, (long)(1_000 / ticksPerSecond));
        for (var index = 0; index < _walks.Length; index++)
        {
            // Every symbol has a generator of its own, so that one more symbol changes no other.
            var random = new SplitMix64(seed ^ SplitMix64.HashOf(_instruments[index].Symbol));
            _walks[index] = new Walk(_instruments[index], random);
            _due.Enqueue(index, (startMs + _walks[index].Interval(_meanIntervalMs), index));
        }
    }

    /// <summary>When the next tick falls due, ms since 1970 UTC.</summary>
    public long NextDueMs => _due.TryPeek(out _, out var next) ? next.DueMs : long.MaxValue;

    /// <summary>The next tick of all symbols; a market without instruments has none and throws.</summary>
    public SymbolTick Next()
    {
        _due.TryDequeue(out var index, out var due);
        ref var walk = ref _walks[index];
        var instrument = _instruments[index];
        _due.Enqueue(index, (due.DueMs + walk.Interval(_meanIntervalMs), index));
        return new SymbolTick(instrument.Symbol, walk.Next(instrument, due.DueMs));
    }

    private struct Walk
    {
        private SplitMix64 _random;
        private long _middle; // in 1/1,024 of a tick
        private long _bid;
        private long _ask;
        private long _bidLots;
        private long _askLots;

        public Walk(SimulatedInstrument instrument, SplitMix64 random)
        {
            _random = random;
            _middle = instrument.AnchorTicks * 1_024;
            Move(instrument);
        }

        /// <summary>Between half and one and a half times the mean.</summary>
        public long Interval(long meanMs) => Math.Max(1, (meanMs / 2) + (long)_random.Below((ulong)meanMs + 1));

        public Tick Next(SimulatedInstrument instrument, long timestampMs)
        {
            decimal? price = null;
            decimal? size = null;
            if (_random.Below(MovesOneIn) == 0)
            {
                Move(instrument);
            }
            else
            {
                price = (_random.Below(2) == 0 ? _bid : _ask) * instrument.TickSize;
                size = (1 + (long)_random.Below((ulong)Math.Max(1, instrument.QuoteLots / 100))) * instrument.LotSize;
            }

            return new Tick(
                timestampMs, price, size, _bid * instrument.TickSize, _bidLots * instrument.LotSize, _ask * instrument.TickSize, _askLots * instrument.LotSize);
        }

        private void Move(SimulatedInstrument instrument)
        {
            // The sum of three even draws is close enough to a bell.
            var reach = (ulong)(2 * instrument.StepTicks) + 1;
            var draw = (long)_random.Below(reach) + (long)_random.Below(reach) + (long)_random.Below(reach) - (3 * instrument.StepTicks);
            _middle += draw + (((instrument.AnchorTicks * 1_024) - _middle) / Reversion);
            _middle = Math.Clamp(_middle, instrument.AnchorTicks * 512, instrument.AnchorTicks * 2_048);

            var spread = instrument.SpreadTicks + (long)_random.Below((ulong)instrument.SpreadTicks + 1);
            _bid = Math.Max(1, (_middle / 1_024) - (spread / 2));
            _ask = _bid + spread;
            _bidLots = Lots(instrument);
            _askLots = Lots(instrument);
        }

        private long Lots(SimulatedInstrument instrument) => Math.Max(1, (instrument.QuoteLots / 2) + (long)_random.Below((ulong)instrument.QuoteLots + 1));
    }
}
