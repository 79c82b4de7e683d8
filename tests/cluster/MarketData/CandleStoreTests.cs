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
        newest.Open.Single().Bar.Close.ShouldBe(25_000m);
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

    [Fact]
    public async Task Bars_of_a_second_come_back_exactly_whatever_their_numbers_are()
    {
        Bar[] bars =
        [
            new(Start, 0.00000001m, 79228162514264337593543950335m, 0.0000000000000000000000000001m, 1.10m, 0m),
            new(Start + 1_000, 178.50m, 178.50m, 178.5m, 178.500m, 12.5m), new(Start + 61_000, 9_223_372_036_854_775_807m, 9_223_372_036_854_775_808m, 1m, 2m, 3m),
            new(Start + 7_200_000, 1m, 1m, 1m, 1m, 1_000_000_000_000m),
        ];
        var cut = Cut("E", bars);
        await using (var store = Open(postgres.Source))
        {
            await store.Enqueue(cut with { Closed = [.. cut.Closed, new SeriesBar(Timeframe.Second, BarPrice.Ask, Bar(5, 9m))] });
            (await Load(store, "E")).ShouldBe(bars);
        }

        await using var next = Open(postgres.Source);
        (await Load(next, "E")).ShouldBe(bars);
        (await next.Load("E", Timeframe.Second, BarPrice.Ask, 0, long.MaxValue, 10, CancellationToken.None)).ShouldBe([Bar(5, 9m)]);
        (await next.Load("E", Timeframe.Second, BarPrice.Trade, Start + 1_000, Start + 61_001, 10, CancellationToken.None)).ShouldBe(bars[1..3]);
        (await next.LoadNewest("E", CancellationToken.None)).ShouldNotBeNull().Open.Single().Bar.ShouldBe(bars[^1]);
    }

    [Fact]
    public async Task What_an_earlier_release_kept_as_rows_is_read_as_before()
    {
        await using var store = Open(postgres.Source);
        await store.Enqueue(Cut("F", Bar(0, 1m)));
        await store.Flush("F", CancellationToken.None);
        var minute = Start - (Start % 60_000);
        await new MonthlyPartitions(postgres.Source).Ensure("candles", DateTimeOffset.FromUnixTimeMilliseconds(Start), CancellationToken.None);
        foreach (var (timeframe, startMs) in new[] { (1, Start - 1_000), (1, Start), (2, minute) })
        {
            await using var row = postgres.Source.CreateCommand("INSERT INTO candles (symbol, timeframe, price, start, open, high, low, close, volume) VALUES ('F', $1, 1, $2, 7, 7, 7, 7, 7)");
            row.Parameters.Add(new NpgsqlParameter { Value = (short)timeframe });
            row.Parameters.Add(new NpgsqlParameter { Value = DateTimeOffset.FromUnixTimeMilliseconds(startMs) });
            await row.ExecuteNonQueryAsync();
        }

        await using var old = postgres.Source.CreateCommand("UPDATE feeds SET open_bars = NULL WHERE symbol = 'F'");
        await old.ExecuteNonQueryAsync();

        (await store.LoadNewest("F", CancellationToken.None)).ShouldNotBeNull().Open
            .ShouldContain(new SeriesBar(Timeframe.Minute, BarPrice.Trade, new Bar(minute, 7m, 7m, 7m, 7m, 7m)));
        (await Load(store, "F")).Select(b => b.Close).ShouldBe([7m, 1m]); // a packed bar is the newer
    }

    private static CandleStore Open(NpgsqlDataSource source) =>
        new(source, new MonthlyPartitions(source), TimeProvider.System, NullLogger<CandleStore>.Instance);

    private static Task<IReadOnlyList<Bar>> Load(CandleStore store, string symbol, int max = 50_000) =>
        store.Load(symbol, Timeframe.Second, BarPrice.Trade, 0, long.MaxValue, max, CancellationToken.None);

    private static Bar Bar(int second, decimal close) => new(Start + (second * 1_000L), 1m, Math.Max(1m, close), Math.Min(1m, close), close, 1m);

    private static FeedCut Cut(string symbol, params Bar[] bars) => new(
        new FeedMark(symbol, 1m, null, null, null, null, 1m, 1m, bars[^1].StartMs, 0, true),
        [.. bars.Select(b => new SeriesBar(Timeframe.Second, BarPrice.Trade, b))],
        [new SeriesBar(Timeframe.Minute, BarPrice.Trade, bars[^1])]);
}
