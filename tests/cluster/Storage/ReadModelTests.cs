using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.History;
using Bourse.Silo.Journal;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Bourse.Silo.ReadModel.Verification;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

public sealed class ReadModelTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset s_start = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);

    private HistoryReader History => new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task It_equals_the_accounts_and_books_that_made_the_journal()
    {
        var market = new Market(accounts: 8, symbols: 3, seed: 1, s_start);
        await using var journal = await OpenJournal();
        await Append(journal, market.Open());
        using var projector = await StartProjector(new ProjectorOptions { MaxBatchRows = 200, Interval = TimeSpan.FromMilliseconds(5) });
        for (var i = 0; i < 4_000; i++)
        {
            await Append(journal, market.Step());
        }

        await CaughtUp();
        await projector.StopAsync(CancellationToken.None);

        market.Orders.Values.Select(o => o.Status).Distinct().Count().ShouldBeGreaterThan(4);
        foreach (var ((account, id), order) in market.Orders)
        {
            var view = await History.GetOrder(account, id, CancellationToken.None);
            view.ShouldNotBeNull();
            Same(view, order);
        }

        foreach (var book in market.Books)
        {
            var trades = await History.GetTrades(book.Symbol, 10_000, CancellationToken.None);
            trades.Select(t => t.Number).ShouldBe(Enumerable.Range(1, (int)book.LastTrade).Select(n => (long)n).Reverse());
        }

        await VerifiesClean();
    }

    [Fact]
    public async Task A_projector_that_stops_in_the_middle_leaves_the_next_one_nothing_twice()
    {
        var market = new Market(accounts: 5, symbols: 2, seed: 2, s_start);
        await using var journal = await OpenJournal();
        await Append(journal, market.Open());
        for (var round = 0; round < 10; round++)
        {
            using var projector = await StartProjector(new ProjectorOptions { MaxBatchRows = 50, Interval = TimeSpan.FromMilliseconds(1) });
            for (var i = 0; i < 100; i++)
            {
                await Append(journal, market.Step(deliver: i % 3 == 0));
            }

            if (round % 2 == 0)
            {
                await using var kill = postgres.Source.CreateCommand(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = 29285 AND pid <> pg_backend_pid()
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """);
                await kill.ExecuteScalarAsync();
            }

            await projector.StopAsync(CancellationToken.None);
        }

        var rest = new List<MarketRow>();
        market.Deliver(rest);
        await Append(journal, rest);
        await VerifiesClean();
    }

    [Fact]
    public async Task A_stop_waits_for_the_statement_under_way_no_longer_than_it_may()
    {
        var market = new Market(accounts: 2, symbols: 1, seed: 9, s_start);
        await using var journal = await OpenJournal();
        await Append(journal, market.Open()); // before the transaction, which keeps what is younger from being read
        await using var other = await postgres.Source.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("SELECT 1 FROM projector_cursor FOR UPDATE", other, transaction);
        await hold.ExecuteScalarAsync();
        using var projector = await StartProjector(new ProjectorOptions { Interval = TimeSpan.FromMilliseconds(5) });
        await Eventually.Holds(
            async () => await Scalar("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is 1L,
            "the projector waits for the cursor");

        await projector.StopAsync(new CancellationToken(canceled: true));

        projector.ExecuteTask!.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync();
        await projector.ExecuteTask;
        await VerifiesClean();
    }

    [Fact]
    public async Task Of_two_projectors_one_works_and_the_other_takes_over()
    {
        var market = new Market(accounts: 3, symbols: 1, seed: 3, s_start);
        await using var journal = await OpenJournal();
        await Append(journal, market.Open());
        var options = new ProjectorOptions { Interval = TimeSpan.FromMilliseconds(5), StandbyInterval = TimeSpan.FromMilliseconds(20) };
        using var first = await StartProjector(options);
        using var second = await StartProjector(options);
        await Append(journal, market.Step());
        await CaughtUp();
        await first.StopAsync(CancellationToken.None);
        for (var i = 0; i < 50; i++)
        {
            await Append(journal, market.Step());
        }

        await CaughtUp();
        await second.StopAsync(CancellationToken.None);
        await VerifiesClean();
    }

    [Fact]
    public async Task Pages_of_orders_stay_stable_while_orders_come_in()
    {
        var market = new Market(accounts: 1, symbols: 1, seed: 4, s_start);
        var account = market.Accounts[0].Id;
        await using var journal = await OpenJournal();
        await Append(journal, market.Open());
        using var projector = await StartProjector(new ProjectorOptions { Interval = TimeSpan.FromMilliseconds(5) });
        await Trade(300);
        var known = market.Orders.Keys.Select(k => k.Id).ToHashSet();

        var seen = new List<Guid>();
        string? token = null;
        do
        {
            var page = await History.GetOrders(new OrderQuery(account, null, null, null, 37, false, token), CancellationToken.None);
            page.Items.Count.ShouldBeLessThanOrEqualTo(37);
            seen.AddRange(page.Items.Select(o => o.Id));
            token = page.NextPageToken;
            await Trade(10);
        }
        while (token is not null);

        seen.Distinct().Count().ShouldBe(seen.Count);
        seen.ToHashSet().ShouldBe(known, ignoreOrder: true);
        var upwards = await History.GetOrders(new OrderQuery(account, null, null, null, 500, true, null), CancellationToken.None);
        upwards.Items.Take(seen.Count).Select(o => o.Id).ShouldBe(Enumerable.Reverse(seen));
        var open = await History.GetOrders(new OrderQuery(account, true, null, null, 500, false, null), CancellationToken.None);
        open.Items.ShouldAllBe(o => o.Status == OrderStatus.New || o.Status == OrderStatus.Held || o.Status == OrderStatus.PartiallyFilled);
        var closed = await History.GetOrders(new OrderQuery(account, false, null, null, 500, false, null), CancellationToken.None);
        (open.Items.Count + closed.Items.Count).ShouldBe(market.Orders.Count);
        var after = upwards.Items[100].CreatedAt;
        var later = await History.GetOrders(new OrderQuery(account, null, null, after, 500, true, null), CancellationToken.None);
        later.Items.Select(o => o.Id).ShouldBe(upwards.Items.Where(o => o.CreatedAt > after).Select(o => o.Id));
        (await History.GetOrderByClientOrderId(account, upwards.Items[7].ClientOrderId, CancellationToken.None))!.Id.ShouldBe(upwards.Items[7].Id);
        (await History.GetOrder("somebody-else", upwards.Items[7].Id, CancellationToken.None)).ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(
            History.GetOrders(new OrderQuery(account, null, null, null, 10, false, "no token"), CancellationToken.None));
        await projector.StopAsync(CancellationToken.None);

        async Task Trade(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                await Append(journal, market.Step());
            }

            await CaughtUp();
        }
    }

    /// <param name="stepMs">So that all, some or hardly any trades share a span of time (<see cref="AccountTradeRows.SpanMs"/>).</param>
    /// <param name="batch">So that a span has one row of an account, or several.</param>
    [Theory]
    [InlineData(3, 50_000, 23)]
    [InlineData(3, 60, 2)]
    [InlineData(3_000, 50_000, 23)]
    [InlineData(3_000, 10, 7)]
    [InlineData(60_000, 200, 3)]
    public async Task Activities_are_every_fill_and_cash_movement_once_newest_first(int stepMs, int batch, int limit)
    {
        var market = new Market(accounts: 3, symbols: 2, seed: 5, s_start) { MaxStepMs = stepMs };
        await using var journal = await OpenJournal();
        await Append(journal, market.Open());
        using var projector = await StartProjector(new ProjectorOptions { MaxBatchRows = batch });
        for (var i = 0; i < 1_000; i++)
        {
            await Append(journal, market.Step());
        }

        await CaughtUp();
        await projector.StopAsync(CancellationToken.None);
        var account = market.Accounts[0].Id;
        var seen = new List<ActivityView>();
        string? token = null;
        do
        {
            var page = await History.GetActivities(account, token, limit, CancellationToken.None);
            page.Items.Count.ShouldBeInRange(1, limit);
            seen.AddRange(page.Items);
            token = page.NextPageToken;
        }
        while (token is not null);

        seen.Select(a => a.Id).Distinct().Count().ShouldBe(seen.Count);
        seen.Select(a => a.Time).ShouldBe(seen.Select(a => a.Time).OrderDescending());
        var bought = seen.Where(a => a is { Type: "FILL", Side: Side.Buy }).Sum(a => a.Quantity!.Value);
        var sold = seen.Where(a => a is { Type: "FILL", Side: Side.Sell }).Sum(a => a.Quantity!.Value);
        (bought - sold).ShouldBe(market.Accounts[0].GetPositions().Sum(p => p.Position.Quantity));
        var taken = market.Trades.Where(t => t.TakerAccount == account).Select(t => (Trade: t, Role: "taker", Order: t.TakerOrderId, t.Side, Fee: t.TakerFee));
        var made = market.Trades.Where(t => t.MakerAccount == account).Select(t => (Trade: t, Role: "maker", Order: t.MakerOrderId, Side: t.Side.Opposite(), Fee: t.MakerFee));
        var expected = taken.Concat(made)
            .Select(s => (s.Trade, s.Role, s.Order, s.Side, s.Fee, market.Orders[(account, s.Order)].Symbol))
            .OrderByDescending(s => s.Trade.TimeMs).ThenByDescending(s => s.Symbol, StringComparer.Ordinal).ThenByDescending(s => s.Trade.Number).ThenByDescending(s => s.Role, StringComparer.Ordinal)
            .Select(s => ($"{s.Symbol}-{s.Trade.Number}-{s.Role}", (Guid?)s.Order, (Side?)s.Side, (decimal?)s.Trade.Price, (decimal?)s.Trade.Quantity, (decimal?)s.Fee))
            .ToList();
        expected.Count.ShouldBeGreaterThan(100);
        seen.Where(a => a.Type == "FILL").Select(a => (a.Id, a.OrderId, a.Side, a.Price, a.Quantity, a.Fee)).ShouldBe(expected);
        seen.Where(a => a.Type != "FILL").Sum(a => a.Amount!.Value).ShouldBe(-market.Accounts[0].FindBalance("USD")!.Outside);
    }

    [Fact]
    public async Task Activities_of_one_span_come_in_order_whichever_batch_came_first()
    {
        const string account = "late";
        var partitions = new MonthlyPartitions(postgres.Source);
        await partitions.Ensure("trades", s_start, CancellationToken.None);
        await partitions.Ensure("account_trades", s_start, CancellationToken.None);
        try
        {
            for (var number = 9; number > 0; number--)
            {
                await Execute(
                    """
                    INSERT INTO trades (time, number, side, taker_order_id, maker_order_id, symbol, taker_account, maker_account, price, quantity, taker_fee, maker_fee)
                    VALUES ($1, $2, 1, gen_random_uuid(), gen_random_uuid(), 'LATE', 'late', 'other', 5, 6, 0, 0)
                    """,
                    s_start.AddMilliseconds(number),
                    (long)number);
                await Execute(
                    """
                    INSERT INTO account_trades (account_key, start, account, symbols, numbers, times, roles)
                    VALUES ($1, $2, 'late', '{LATE}', ARRAY[$3], ARRAY[$4], ARRAY[2::smallint])
                    """,
                    Fingerprint.Of(account),
                    s_start,
                    (long)number,
                    s_start.AddMilliseconds(number));
            }

            var seen = new List<string>();
            string? token = null;
            do
            {
                var page = await History.GetActivities(account, token, 2, CancellationToken.None);
                seen.AddRange(page.Items.Select(a => a.Id));
                token = page.NextPageToken;
            }
            while (token is not null);

            seen.ShouldBe(Enumerable.Range(1, 9).Reverse().Select(number => $"LATE-{number}-taker"));
        }
        finally
        {
            // What no journal tells of would be an error to the other tests.
            await Execute("DELETE FROM trades WHERE symbol = 'LATE'");
            await Execute("DELETE FROM account_trades WHERE account = 'late'");
        }

        async Task Execute(string sql, params object[] values)
        {
            await using var command = postgres.Source.CreateCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new() { Value = value });
            }

            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Equity_is_cash_and_positions_at_the_last_trade()
    {
        var market = new Market(accounts: 4, symbols: 2, seed: 6, s_start);
        await using var journal = await OpenJournal();
        await Append(journal, market.Open());
        using var projector = await StartProjector(new ProjectorOptions { Interval = TimeSpan.FromMilliseconds(5) });
        for (var i = 0; i < 500; i++)
        {
            await Append(journal, market.Step());
        }

        await CaughtUp();
        market.Trades.ShouldNotBeEmpty();
        foreach (var account in market.Accounts)
        {
            var expected = account.FindBalance("USD")!.Total;
            foreach (var (symbol, _, position) in account.GetPositions())
            {
                var trades = await History.GetTrades(symbol, 1, CancellationToken.None);
                expected += position.Quantity * (trades.Count == 0 ? position.AverageEntryPrice : trades[0].Price);
            }

            await Eventually.Holds(
                async () => (await Points(account.Id)) is [.., var point] && point.Equity == expected, $"the equity of {account.Id} is noted");
            var newest = (await Points(account.Id))[^1];
            newest.ProfitLoss.ShouldBe(expected + account.FindBalance("USD")!.Outside);
            newest.Time.Second.ShouldBe(0);
        }

        await projector.StopAsync(CancellationToken.None);

        Task<IReadOnlyList<EquityPoint>> Points(string account) => History.GetPortfolioHistory(
            account, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), TimeSpan.FromMinutes(1), CancellationToken.None);
    }

    [Fact]
    public async Task Partitions_are_made_ahead_and_for_old_data_on_demand()
    {
        var partitions = new MonthlyPartitions(postgres.Source);
        var now = new DateTimeOffset(2031, 11, 30, 23, 0, 0, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new MonthlyPartitions(postgres.Source).MakeAhead(now, CancellationToken.None)));
        foreach (var table in new[] { "orders", "trades", "portfolio_history", "candles", "second_bars" })
        {
            foreach (var month in new[] { "2031_11", "2031_12", "2032_01" })
            {
                (await Scalar($"SELECT to_regclass('{table}_{month}') IS NOT NULL")).ShouldBe(true);
            }
        }

        (await partitions.Ensure("candles", new DateTimeOffset(2014, 2, 3, 0, 0, 0, TimeSpan.Zero), CancellationToken.None)).ShouldBe("candles_2014_02");
        await Scalar("INSERT INTO candles VALUES ('2014-02-28 23:59:59Z', 1, 1, 'EURUSD', 1, 1, 1, 1, 0) RETURNING 1");
        (await Scalar("SELECT tableoid::regclass::text FROM candles")).ShouldBe("candles_2014_02");
    }

    [Fact]
    public async Task A_look_up_by_id_reads_one_months_partition()
    {
        await new MonthlyPartitions(postgres.Source).MakeAhead(s_start, CancellationToken.None);
        var id = Guid.CreateVersion7(s_start);
        await using var command = postgres.Source.CreateCommand($"EXPLAIN SELECT * FROM orders WHERE account_key = 1 AND id = '{id}'");
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        plan.Count(line => line.Contains("Scan", StringComparison.Ordinal)).ShouldBe(1, string.Join('\n', plan));
        plan.ShouldContain(line => line.Contains("orders_2026_06", StringComparison.Ordinal));
    }

    private static void Same(Bourse.GrainInterfaces.Accounts.OrderView view, Order order)
    {
        view.Status.ShouldBe(order.Status);
        view.FilledQuantity.ShouldBe(order.FilledQuantity);
        view.FilledAveragePrice.ShouldBe(order.FilledAveragePrice);
        view.Quantity.ShouldBe(order.Quantity);
        view.LimitPrice.ShouldBe(order.LimitPrice);
        view.StopPrice.ShouldBe(order.StopPrice);
        view.RejectCode.ShouldBe(order.RejectCode);
        view.Seq.ShouldBe(order.Seq);
        view.ClientOrderId.ShouldBe(order.ClientOrderId);
        view.CreatedAt.ToUnixTimeMilliseconds().ShouldBe(order.CreatedAtMs);
        view.UpdatedAt.ToUnixTimeMilliseconds().ShouldBe(order.UpdatedAtMs);
    }

    private static Task Append(PostgresJournal journal, List<MarketRow> rows) =>
        Task.WhenAll(rows.Select(r => journal.Append(r.Stream, r.Version, r.Count, r.Payload).AsTask()));

    private Task<PostgresJournal> OpenJournal() => PostgresJournal.OpenAsync(
        postgres.ConnectionString, new JournalOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private async Task<Projector> StartProjector(ProjectorOptions options)
    {
        var projector = new Projector(
            postgres.Source, options, new MonthlyPartitions(postgres.Source), TimeProvider.System, NullLogger<Projector>.Instance);
        await projector.StartAsync(CancellationToken.None);
        return projector;
    }

    private Task CaughtUp() =>
        Eventually.Holds(async () => (await History.GetState(CancellationToken.None)).Lag == TimeSpan.Zero, "the read model catches up");

    private async Task VerifiesClean()
    {
        var result = await new Verifier(postgres.Source, TimeProvider.System, NullLoggerFactory.Instance).Verify(null, CancellationToken.None);
        result.Errors.ShouldBeEmpty();
        result.Ok.ShouldBeTrue();
        result.Checks.Count.ShouldBeGreaterThan(8);
    }

    private async Task<object?> Scalar(string sql)
    {
        await using var command = postgres.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
