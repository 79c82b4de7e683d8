using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Silo.MarketData;
using Bourse.Tests.Cluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Orleans;

namespace Bourse.Tests.Cluster.MarketData;

public sealed class CatalogueTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly CountingFilter _calls = new();
    private FeedCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await FeedCluster.Start(postgres.ConnectionString, filter: _calls);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_new_instrument_is_found_at_once_and_a_change_soon()
    {
        var aapl = InstrumentDefaults.Stock("AAPL", "Apple Inc.");
        (await _cluster.Catalogue.Find("AAPL")).ShouldBeNull();
        await Catalogue().Upsert([aapl, InstrumentDefaults.Stock("MSFT", "Microsoft")]);

        await Eventually.Holds(async () => await _cluster.Catalogue.Find("AAPL") is not null, "the instrument is found");
        _cluster.Catalogue.All.Count.ShouldBe(2);
        _cluster.Catalogue.Search("apple", 10).Single().Symbol.ShouldBe("AAPL");

        await Catalogue().Upsert([aapl with { Status = InstrumentStatus.Halted }]);
        await Eventually.Holds(
            () => _cluster.Catalogue.TryGet("AAPL", out var known) && known.Status == InstrumentStatus.Halted, "the silo hears of the halt");
    }

    [Theory]
    [InlineData(MarketDataKind.Simulator, false)]
    [InlineData(MarketDataKind.Replay, true)]
    [InlineData(MarketDataKind.Live, true)]
    [InlineData(MarketDataKind.None, true)]
    public async Task A_silo_is_ready_when_its_simulator_has_listed_its_symbols(MarketDataKind source, bool atOnce)
    {
        var check = new MarketDataCheck(Options.Create(new MarketDataOptions { Source = source }), _cluster.Catalogue);
        (await IsWell()).ShouldBe(atOnce);

        await Catalogue().Upsert([InstrumentDefaults.Stock("AAPL", "Apple Inc.")]);

        await Eventually.Holds(IsWell, "it is ready");

        async Task<bool> IsWell() => (await check.CheckHealthAsync(new HealthCheckContext())).Status == HealthStatus.Healthy;
    }

    [Fact]
    public async Task Only_what_changed_is_told()
    {
        await Catalogue().Upsert([InstrumentDefaults.Stock("ONE", "One")]);
        var before = await Catalogue().GetChanges(0);
        await Catalogue().Upsert([InstrumentDefaults.Stock("ONE", "One"), InstrumentDefaults.Stock("TWO", "Two")]);

        var changes = await Catalogue().GetChanges(before.Version);

        changes.Instruments.Select(i => i.Symbol).ShouldBe(["TWO"]);
        (await Catalogue().GetChanges(changes.Version)).Instruments.ShouldBeEmpty();
        (await Catalogue().GetChanges(long.MaxValue)).Instruments.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_cannot_be_an_instrument_is_refused_and_nothing_of_it_taken()
    {
        var good = InstrumentDefaults.Stock("GOOD", "Good");
        await Catalogue().Upsert([good]);
        InstrumentView[] faulty =
        [
            good with { TickSize = 0.05m }, good with { LotSize = 10m }, good with { Symbol = "good" }, good with { Symbol = "" },
            good with { Symbol = new string('A', 25) }, good with { Symbol = "NEW", TickSize = 0m }, good with { Symbol = "NEW", LotSize = -1m },
            good with { Symbol = "NEW", Currency = "dollar" }, good with { Symbol = "NEW", CollarFraction = 0m },
            good with { Symbol = "NEW", TakerFeeRate = -0.1m }, good with { Symbol = "NEW", Calendar = "moon" },
            good with { Symbol = "NEW", AssetClass = (AssetClass)77 }, good with { Symbol = "NEW", Name = " " },
        ];
        foreach (var fault in faulty)
        {
            await Should.ThrowAsync<ArgumentException>(() => Catalogue().Upsert([InstrumentDefaults.Stock("BESIDE", "Beside"), fault]));
        }

        (await Catalogue().GetChanges(0)).Instruments.Select(i => i.Symbol).ShouldBe(["GOOD"]);
    }

    [Fact]
    public async Task Reference_prices_are_answered_from_memory_and_asked_for_once_by_all_who_wait()
    {
        var board = _cluster.Services.GetRequiredService<QuoteBoard>();
        await _cluster.Feed("BOARD").Push([new Tick(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 10m, 1m, null, null, null, null)]);

        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await board.GetReference("BOARD"))));

        all.ShouldAllBe(p => p == 10m);
        await Eventually.Holds(() => board.GetReference("BOARD").IsCompletedSuccessfully, "what is young enough is in memory");
        _calls.Of(nameof(IFeedGrain.GetQuote)).ShouldBeLessThan(20);
        (await board.GetReference("NEVER")).ShouldBeNull();

        await _cluster.Feed("BOARD").Push([new Tick(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 11m, 1m, null, null, null, null)]);
        await Eventually.Holds(async () => await board.GetReference("BOARD") == 11m, "the board follows the feed");
    }

    private ICatalogueGrain Catalogue() => _cluster.Client.GetGrain<ICatalogueGrain>(CatalogueGrain.Key);
}
