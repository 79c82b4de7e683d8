using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Silo.MarketData;

namespace Bourse.Tests.Unit.MarketData;

public sealed class SimulatedMarketTests
{
    private const long StartMs = 1_700_000_000_000;

    [Fact]
    public void The_same_seed_gives_the_same_ticks()
    {
        var first = Ticks(seed: 7, 20_000);

        first.ShouldBe(Ticks(seed: 7, 20_000));
        first.ShouldNotBe(Ticks(seed: 8, 20_000));
    }

    [Fact]
    public void One_more_symbol_changes_no_other()
    {
        var all = Ticks(seed: 7, 20_000).Where(t => t.Symbol == "AAPL").Take(500);

        var alone = new SimulatedMarket([.. Instruments().Where(i => i.Symbol == "AAPL")], 7, StartMs, 4);

        all.ShouldBe(Enumerable.Range(0, 500).Select(_ => alone.Next()));
    }

    [Fact]
    public void Every_tick_can_be_true_stands_on_the_instruments_steps_and_comes_in_order()
    {
        var instruments = SimulatedInstruments.Default.ToDictionary(p => p.Instrument.Symbol, p => p.Instrument.ToDomain());
        var before = 0L;
        foreach (var (symbol, tick) in Ticks(seed: 3, 100_000))
        {
            TickCheck.FindFault(tick, tick.TimestampMs).ShouldBe(TickFault.None);
            tick.TimestampMs.ShouldBeGreaterThanOrEqualTo(before);
            before = tick.TimestampMs;
            var instrument = instruments[symbol];
            tick.Ask!.Value.ShouldBeGreaterThan(tick.Bid!.Value);
            foreach (var price in new[] { tick.Bid, tick.Ask, tick.Price }.OfType<decimal>())
            {
                instrument.TryToTicks(price, out _).ShouldBeTrue();
            }

            foreach (var size in new[] { tick.BidSize, tick.AskSize, tick.Size }.OfType<decimal>())
            {
                instrument.TryToLots(size, out _).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Prices_move_and_come_back()
    {
        var ticks = Ticks(seed: 1, 400_000);
        foreach (var profile in SimulatedInstruments.Default)
        {
            var bids = ticks.Where(t => t.Symbol == profile.Instrument.Symbol).Select(t => t.Tick.Bid!.Value).ToList();
            bids.Distinct().Count().ShouldBeGreaterThan(5, profile.Instrument.Symbol);
            bids.ShouldAllBe(b => Math.Abs((b / profile.Price) - 1) < 0.25m, profile.Instrument.Symbol);
        }
    }

    [Fact]
    public void There_are_twenty_instruments_of_every_class_that_a_catalogue_takes()
    {
        var instruments = SimulatedInstruments.Default.Select(p => p.Instrument).ToList();

        instruments.Count.ShouldBe(20);
        instruments.Select(i => i.Symbol).Distinct().Count().ShouldBe(20);
        instruments.Select(i => i.AssetClass).Distinct().Count().ShouldBe(3);
        instruments.ShouldAllBe(i => InstrumentRules.FindFault(i, null) == null);
        instruments.ShouldAllBe(i => i.Currency == "USD");
    }

    [Fact]
    public void The_generator_gives_the_published_numbers()
    {
        // The reference implementation's first outputs for the seed 1234567 (prng.di.unimi.it/splitmix64.c).
        var random = new SplitMix64(1234567);

        new[] { random.Next(), random.Next(), random.Next() }.ShouldBe([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL]);
    }

    private static List<SimulatedInstrument> Instruments() =>
        [.. SimulatedInstruments.Default.Select(p => SimulatedInstruments.ToSimulated(p, p.Price, 1_000_000m))];

    private static List<SymbolTick> Ticks(ulong seed, int count)
    {
        var market = new SimulatedMarket(Instruments(), seed, StartMs, 4);
        return [.. Enumerable.Range(0, count).Select(_ => market.Next())];
    }
}
