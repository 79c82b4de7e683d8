using System.Collections.Concurrent;
using System.Reflection;
using Bourse.Silo.Books;
using Bourse.Silo.Journal;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;

namespace Bourse.Tests.Cluster.Storage;

public sealed class SweeperTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly SweeperOptions s_options = new() { Age = TimeSpan.Zero, Rest = TimeSpan.Zero };

    [Fact]
    public async Task It_wakes_who_has_something_unfinished_until_it_is_finished()
    {
        var market = new Market(accounts: 5, symbols: 2, seed: 21, DateTimeOffset.UtcNow.AddMinutes(-10));
        await using var journal = await PostgresJournal.OpenAsync(
            postgres.ConnectionString, new JournalOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        using var projector = StartProjector(TimeSpan.Zero);
        await Append(journal, market.Open());
        for (var i = 0; i < 100; i++)
        {
            await Append(journal, market.Step());
        }

        var grains = new WakingGrains();
        using var sweeper = new Sweeper(postgres.Source, grains.Factory, s_options, TimeProvider.System, NullLogger<Sweeper>.Instance);
        await CaughtUp();
        (await sweeper.Sweep(CancellationToken.None)).ShouldBe(0);

        var undelivered = new List<MarketRow>();
        while (undelivered.Count < 40)
        {
            undelivered.AddRange(market.Step(deliver: false));
        }

        await Append(journal, undelivered);
        await CaughtUp();
        var stuck = await Stuck();
        stuck.ShouldNotBeEmpty();
        (await sweeper.Sweep(CancellationToken.None)).ShouldBe(grains.Woken.Distinct().Count());
        grains.Woken.ToHashSet().ShouldBe(stuck, ignoreOrder: true);

        var delivered = new List<MarketRow>();
        market.Deliver(delivered);
        await Append(journal, delivered);
        await CaughtUp();
        (await Stuck()).ShouldBeEmpty();
        (await sweeper.Sweep(CancellationToken.None)).ShouldBe(0);
        grains.Woken.Clear();
        await sweeper.WakeRecentBooks(CancellationToken.None);
        market.Books.Select(b => $"book/{b.Symbol}").ShouldBeSubsetOf(grains.Woken);
        await projector.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_one_projector_only_remembered_the_next_one_finds_in_the_journal()
    {
        var market = new Market(accounts: 5, symbols: 2, seed: 22, DateTimeOffset.UtcNow.AddMinutes(-10));
        await using var journal = await PostgresJournal.OpenAsync(
            postgres.ConnectionString, new JournalOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await Append(journal, market.Open());
        var undelivered = new List<MarketRow>();
        while (market.Trades.Count < 10)
        {
            undelivered.AddRange(market.Step(deliver: false));
        }

        await Append(journal, undelivered);
        using (var first = StartProjector(TimeSpan.FromHours(1)))
        {
            await CaughtUp();
            await first.StopAsync(CancellationToken.None);
        }

        (await Stuck()).ShouldBeEmpty();
        using var second = StartProjector(TimeSpan.Zero);
        await Eventually.Holds(async () => (await Stuck()).Count != 0, "what was remembered is in the table");
        market.Trades.Select(t => $"account/{t.MakerAccount}").ShouldBeSubsetOf(await Stuck());

        var delivered = new List<MarketRow>();
        market.Deliver(delivered);
        await Append(journal, delivered);
        await CaughtUp();
        (await Stuck()).ShouldBeEmpty();
        await second.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task It_wakes_a_book_whose_orders_should_have_ended_until_the_book_has_another_deadline()
    {
        var deadlines = new PostgresBookDeadlines(postgres.Source);
        var grains = new WakingGrains();
        using var sweeper = new Sweeper(postgres.Source, grains.Factory, s_options, TimeProvider.System, NullLogger<Sweeper>.Instance);
        await deadlines.Set("LATE", DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds());
        await deadlines.Set("EARLY", DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds());

        await sweeper.Sweep(CancellationToken.None);
        grains.Woken.ShouldContain("book/LATE");
        grains.Woken.ShouldNotContain("book/EARLY");

        await deadlines.Set("LATE", long.MaxValue);
        grains.Woken.Clear();
        await sweeper.Sweep(CancellationToken.None);
        grains.Woken.ShouldNotContain("book/LATE");
    }

    [Fact]
    public async Task A_grain_that_fails_keeps_nobody_else_asleep_and_rests_before_it_is_woken_again()
    {
        await using (var insert = postgres.Source.CreateCommand(
            "INSERT INTO unresolved SELECT 'failing-' || n, 'FAIL', 'x', now() - interval '1 hour' FROM generate_series(1, 30) n"))
        {
            await insert.ExecuteNonQueryAsync();
        }

        var grains = new WakingGrains { Fails = true };
        using var sweeper = new Sweeper(
            postgres.Source, grains.Factory, new SweeperOptions { MaxWoken = 20 }, TimeProvider.System, NullLogger<Sweeper>.Instance);

        (await sweeper.Sweep(CancellationToken.None)).ShouldBe(20);
        (await sweeper.Sweep(CancellationToken.None)).ShouldBe(11);
        (await sweeper.Sweep(CancellationToken.None)).ShouldBe(0);
        grains.Woken.Distinct().Count().ShouldBe(31);
        await using var delete = postgres.Source.CreateCommand("DELETE FROM unresolved WHERE symbol = 'FAIL'");
        await delete.ExecuteNonQueryAsync();
    }

    // One after the other, as cause and effect are: an account has its fill only after the book's trade is durable.
    private static async Task Append(PostgresJournal journal, List<MarketRow> rows)
    {
        foreach (var row in rows)
        {
            await journal.Append(row.Stream, row.Version, row.Count, row.Payload);
        }
    }

    private Projector StartProjector(TimeSpan memory)
    {
        var options = new ProjectorOptions { UnresolvedMemory = memory };
        var projector = new Projector(
            postgres.Source, options, new MonthlyPartitions(postgres.Source), TimeProvider.System, NullLogger<Projector>.Instance);
        _ = projector.StartAsync(CancellationToken.None);
        return projector;
    }

    private async Task<HashSet<string>> Stuck()
    {
        await using var command = postgres.Source.CreateCommand("SELECT 'book/' || symbol FROM unresolved UNION SELECT 'account/' || account FROM unresolved");
        await using var reader = await command.ExecuteReaderAsync();
        var stuck = new HashSet<string>();
        while (await reader.ReadAsync())
        {
            stuck.Add(reader.GetString(0));
        }

        return stuck;
    }

    private Task CaughtUp() => Eventually.Holds(
        async () => (await new HistoryReader(postgres.Source, TimeProvider.System).GetState(CancellationToken.None)).Lag == TimeSpan.Zero, "caught up");

    /// <summary>Grains that note that they were woken.</summary>
    private sealed class WakingGrains
    {
        public WakingGrains()
        {
            Factory = DispatchProxy.Create<IGrainFactory, Proxy>();
            ((Proxy)(object)Factory).Call = (method, arguments) =>
            {
                var grain = DispatchProxy.Create(method.GetGenericArguments()[0], typeof(Proxy));
                var kind = method.GetGenericArguments()[0].Name == "IBookGrain" ? "book" : "account";
                ((Proxy)grain).Call = (called, _) =>
                {
                    called.Name.ShouldBe("Resolve");
                    Woken.Add($"{kind}/{arguments[0]}");
                    return Fails ? Task.FromException(new InvalidOperationException("not now")) : Task.CompletedTask;
                };
                return grain;
            };
        }

        public IGrainFactory Factory { get; }

        public bool Fails { get; init; }

        public ConcurrentBag<string> Woken { get; } = [];
    }

    internal class Proxy : DispatchProxy
    {
        public Func<MethodInfo, object?[], object?> Call { get; set; } = (_, _) => null;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Call(targetMethod!, args ?? []);
    }
}
