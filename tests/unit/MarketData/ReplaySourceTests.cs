using Bourse.Domain.Instruments;
using Bourse.Silo.MarketData;

namespace Bourse.Tests.Unit.MarketData;

public sealed class ReplaySourceTests : IDisposable
{
    private const string Header = "timestamp,symbol,price,size,bid,bid_size,ask,ask_size\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("bourse-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_bad_line_ends_the_replay_after_every_tick_before_it()
    {
        var source = Replay(Header + "1,A,1,1,,,,\n2,A,2,1,,,,\nbad\n");
        var ticks = new List<SymbolTick>();

        var thrown = await Should.ThrowAsync<TickFileException>(() => Collect(source, ticks, 100));

        thrown.Line.ShouldBe(4);
        ticks.Select(t => t.Tick.Price).ShouldBe([1m, 2m]);
    }

    [Fact]
    public async Task A_loop_goes_on_in_time_by_whole_days()
    {
        var source = Replay(Header + "1000,A,1,1,,,,\n90000000,A,2,1,,,,\n", loop: true);
        var ticks = new List<SymbolTick>();

        await Collect(source, ticks, 6);

        const long day = 86_400_000;
        ticks.Take(6).Select(t => t.Tick.TimestampMs).ShouldBe([1000, 90000000, 1000 + (2 * day), 90000000 + (2 * day), 1000 + (4 * day), 90000000 + (4 * day)]);
    }

    [Fact]
    public async Task Only_the_symbols_asked_for_are_given()
    {
        var source = Replay(Header + "1,A,1,1,,,,\n2,B,2,1,,,,\n3,A,3,1,,,,\n", symbols: ["A"]);
        var ticks = new List<SymbolTick>();

        await Collect(source, ticks, 100);

        ticks.Select(t => t.Tick.Price).ShouldBe([1m, 3m]);
        source.Ticks.ShouldBe(2);
        source.Progress.ShouldBe(1);
    }

    [Fact]
    public async Task At_a_speed_no_tick_comes_before_it_is_due()
    {
        var source = Replay(Header + "0,A,1,1,,,,\n20000,A,2,1,,,,\n40000,A,3,1,,,,\n", speed: new ReplaySpeed(1_000));
        var startedAt = TimeProvider.System.GetTimestamp();
        var due = new List<TimeSpan>();
        await foreach (var batch in source.Read(CancellationToken.None))
        {
            due.AddRange(batch.Select(_ => TimeProvider.System.GetElapsedTime(startedAt)));
        }

        due.Count.ShouldBe(3);
        due[1].ShouldBeGreaterThan(TimeSpan.FromMilliseconds(19));
        due[2].ShouldBeGreaterThan(TimeSpan.FromMilliseconds(39));
    }

    [Theory]
    [InlineData("max", null)]
    [InlineData("MAX", null)]
    [InlineData("1", 1.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("250", 250.0)]
    public void Speeds_are_a_factor_or_max(string text, double? factor)
    {
        ReplaySpeed.TryParse(text, out var speed).ShouldBeTrue();
        speed.Factor.ShouldBe(factor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("NaN")]
    [InlineData("1e9")]
    [InlineData("9999999")]
    public void Other_speeds_are_refused(string text) => ReplaySpeed.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("EUR/USD", AssetClass.Fx, "USD", "0.00001")]
    [InlineData("USD/JPY", AssetClass.Fx, "JPY", "0.001")]
    [InlineData("BTC/USD", AssetClass.Crypto, "USD", "0.01")]
    [InlineData("AAPL", AssetClass.Stock, "USD", "0.01")]
    public void An_unknown_symbol_gets_the_terms_of_its_class(string symbol, AssetClass assetClass, string currency, string tick)
    {
        var instrument = InstrumentDefaults.For(symbol);

        instrument.AssetClass.ShouldBe(assetClass);
        instrument.Currency.ShouldBe(currency);
        instrument.TickSize.ShouldBe(decimal.Parse(tick, System.Globalization.CultureInfo.InvariantCulture));
        Bourse.Grains.Instruments.InstrumentRules.FindFault(instrument, null).ShouldBeNull();
    }

    private static async Task Collect(ReplaySource source, List<SymbolTick> into, int enough)
    {
        await foreach (var batch in source.Read(CancellationToken.None))
        {
            into.AddRange(batch);
            if (into.Count >= enough)
            {
                return;
            }
        }
    }

    private ReplaySource Replay(string content, bool loop = false, ReplaySpeed? speed = null, string[]? symbols = null)
    {
        var path = Path.Combine(_folder, "ticks.csv");
        File.WriteAllText(path, content);
        return new ReplaySource(new ReplaySource.Settings([path], speed ?? ReplaySpeed.Max, loop, symbols ?? []), TimeProvider.System);
    }
}
