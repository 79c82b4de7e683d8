using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.MarketData;

public sealed class CandleStoreTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const long Start = 1_700_000_000_000;

    [Fact]
    public async Task A_newer_bar_replaces_an_older_one_before_and_after_it_was_written()
    {
        await using var store = Open(postgres.Source);
        await store.Enqueue(Cut("A", Bar(0, 1m)));
        await store.Enqueue(Cut("A", Bar(0, 2m), Bar(1, 1m)));
        (await Load(store, "A")).Select(b => b.Close).ShouldBe([2m, 1m]);

        await store.Flush("A", CancellationToken.None);
        await store.Enqueue(Cut("A", Bar(1, 3m), Bar(2, 1m)));

        (await Load(store, "A")).Select(b => b.Close).ShouldBe([2m, 3m, 1m]);
        (await Load(store, "A", max: 2)).Select(b => b.Close).ShouldBe([3m, 1m]);
        await store.Flush("A", CancellationToken.None);
        (await Load(store, "A")).Select(b => b.Close).ShouldBe([2m, 3m, 1m]);
    }

    [Fact]
    public async Task What_was_handed_over_is_written_when_the_store_is_disposed_of()
    {
        await using (var store = Open(postgres.Source))
        {
            await store.Enqueue(Cut("B", [.. Enumerable.Range(0, 25_000).Select(i => Bar(i, i + 1))]));
        }

        await using var next = Open(postgres.Source);
        (await Load(next, "B")).Count.ShouldBe(25_000);
        var newest = (await next.LoadNewest("B", CancellationToken.None)).ShouldNotBeNull();
        newest.Mark.TimestampMs.ShouldBe(Start + 24_999_000);
        newest.Bars.Single().Bar.Close.ShouldBe(25_000m);
    }

    [Fact]
    public async Task Bars_of_many_years_find_their_partitions()
    {
        await using var store = Open(postgres.Source);
        Bar[] bars = [.. Enumerable.Range(0, 40).Select(i => new Bar(Start - (i * 31L * 86_400_000), 1m, 1m, 1m, 1m, 1m)).Reverse()];

        await store.Enqueue(Cut("C", bars));
        await store.Flush("C", CancellationToken.None);

        (await Load(store, "C")).ShouldBe(bars);
    }

    [Fact]
    public async Task While_postgres_is_away_bars_wait_within_a_bound_and_are_written_when_it_is_back()
    {
        var folder = TestServer.NewFolder();
        var server = await TestServer.Start(durable: false, folder);
        var connectionString = await TestServer.MakeDatabase(server);
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var store = Open(source);
        await store.Enqueue(Cut("D", Bar(0, 1m)));
        await store.Flush("D", CancellationToken.None);
        await server.StopAsync();

        var taken = 0;
        while (await store.Enqueue(Cut($"D{taken}", [.. Enumerable.Range(0, 20_000).Select(i => Bar(i, 1m))])))
        {
            taken++;
            taken.ShouldBeLessThan(100, "what waits is bounded");
        }

        server = await TestServer.Start(durable: false, folder);
        for (var i = 0; i < taken; i++)
        {
            await store.Flush($"D{i}", CancellationToken.None);
        }

        (await Load(store, $"D{taken - 1}")).Count.ShouldBe(20_000);
        await TestServer.Stop(server);
    }

    private static CandleStore Open(NpgsqlDataSource source) =>
        new(source, new MonthlyPartitions(source), TimeProvider.System, NullLogger<CandleStore>.Instance);

    private static Task<IReadOnlyList<Bar>> Load(CandleStore store, string symbol, int max = 50_000) =>
        store.Load(symbol, Timeframe.Second, BarPrice.Trade, 0, long.MaxValue, max, CancellationToken.None);

    private static Bar Bar(int second, decimal close) => new(Start + (second * 1_000L), 1m, Math.Max(1m, close), Math.Min(1m, close), close, 1m);

    private static FeedCut Cut(string symbol, params Bar[] bars) => new(
        new FeedMark(symbol, 1m, null, null, null, null, 1m, 1m, bars[^1].StartMs, 0, true),
        [.. bars.Select(b => new SeriesBar(Timeframe.Second, BarPrice.Trade, b))]);
}
