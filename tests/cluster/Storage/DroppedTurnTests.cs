using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Alerts;
using Bourse.Silo.Books;
using Bourse.Silo.Journal;
using Bourse.Silo.Limits;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.Tests.Cluster.Storage;

/// <summary>A grain that is dropped in the middle of a statement, because its silo's lease has run out, costs the pool no connection.</summary>
public sealed class DroppedTurnTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly Dictionary<string, Func<NpgsqlDataSource, Task>> s_statements = new()
    {
        ["journal"] = source => new JournalReader(source).Load("account/a", default),
        ["journal page"] = source => new JournalReader(source).Read("account/a", 1, 10, default),
        ["grain state"] = source => new PostgresGrainStorage(source).ReadStateAsync("s", GrainId.Create("user", "u"), new GrainState<Purse>()),
        ["written grain state"] = source => new PostgresGrainStorage(source).WriteStateAsync("s", GrainId.Create("user", "u"), new GrainState<Purse>()),
        ["rate"] = source => new PostgresRateCounts(source).Add("k", 1, 1),
        ["deadline"] = source => new PostgresBookDeadlines(source).Set("ACME", 1),
        ["alerts"] = source => new AlertStore(source).Waiting("ACME"),
        ["told alerts"] = source => new AlertStore(source).MarkDelivered("u", [Guid.Empty]),
        ["equity"] = source => new HistoryReader(source, TimeProvider.System).GetPortfolioHistory("a", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1), default),
        ["trades"] = source => new HistoryReader(source, TimeProvider.System).GetTrades("ACME", 10, default),
        ["order"] = source => new HistoryReader(source, TimeProvider.System).GetOrder("a", Guid.Empty, default),
        ["accounts"] = source => new HistoryReader(source, TimeProvider.System).GetAccountsWithOpenOrders(null, DateTimeOffset.UnixEpoch, 10, default),
        ["bars"] = source => new CandleTable(source, new MonthlyPartitions(source)).Read("ACME", Timeframe.Second, BarPrice.Trade, 0, 1, 10, default),
        ["marks"] = source => new CandleTable(source, new MonthlyPartitions(source)).ReadMarksBelow(1, "", 10, default),
    };

    public static TheoryData<string> Statements => [.. s_statements.Keys];

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Nothing_is_lost_to_the_pool(string statement)
    {
        // One connection only: where it is not given back, the next who asks is refused.
        await using var source = NpgsqlDataSource.Create($"{postgres.ConnectionString};Maximum Pool Size=1;Timeout=30");
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new DroppedTurns());
        try
        {
            _ = s_statements[statement](source);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }

        await using var next = await source.OpenConnectionAsync();
        next.State.ShouldBe(System.Data.ConnectionState.Open);
    }

    public sealed class Purse;

    private sealed class DroppedTurns : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            // nothing comes back
        }
    }
}
