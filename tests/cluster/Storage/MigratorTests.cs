using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

public sealed class MigratorTests : IAsyncLifetime
{
    private static int s_databases;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        var server = await TestServer.Shared;
        var name = $"migrate_{Interlocked.Increment(ref s_databases)}";
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await using var create = admin.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        _source = NpgsqlDataSource.Create(server.ConnectionTo(name));
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task Eight_starters_at_once_apply_each_step_once()
    {
        var applied = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Migrator.MigrateAsync(_source, CancellationToken.None))));

        applied.Sum().ShouldBe(Migration.All.Count);
        applied.Count(n => n == 0).ShouldBe(7);
        (await Scalar("SELECT count(*) FROM bourse_migrations")).ShouldBe((long)Migration.All.Count);
        (await Scalar("SELECT count(*) FROM journal")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_step_that_was_changed_after_its_release_is_named()
    {
        await Migrator.MigrateAsync(_source, [Migration.From("0001_first.sql", "CREATE TABLE t (id int)")], CancellationToken.None);

        var error = await Should.ThrowAsync<InvalidOperationException>(Migrator.MigrateAsync(
            _source, [Migration.From("0001_first.sql", "CREATE TABLE t (id bigint)")], CancellationToken.None));

        error.Message.ShouldContain("0001_first.sql");
        error.Message.ShouldContain("changed");
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused()
    {
        await Migrator.MigrateAsync(
            _source,
            [Migration.From("0001_first.sql", "CREATE TABLE t (id int)"), Migration.From("0002_second.sql", "CREATE TABLE u (id int)")],
            CancellationToken.None);

        var error = await Should.ThrowAsync<InvalidOperationException>(Migrator.MigrateAsync(
            _source, [Migration.From("0001_first.sql", "CREATE TABLE t (id int)")], CancellationToken.None));

        error.Message.ShouldContain("newer");
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_and_is_tried_again()
    {
        await Should.ThrowAsync<PostgresException>(Migrator.MigrateAsync(
            _source, [Migration.From("0001_first.sql", "CREATE TABLE t (id int); SELECT 1 / 0")], CancellationToken.None));
        (await Scalar("SELECT to_regclass('t') IS NULL")).ShouldBe(true);

        (await Migrator.MigrateAsync(_source, [Migration.From("0001_first.sql", "CREATE TABLE t (id int)")], CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public void Line_ends_do_not_change_a_step() =>
        Migration.From("0001_a.sql", "a\r\nb").Checksum.ShouldBe(Migration.From("0001_a.sql", "a\nb").Checksum);

    [Fact]
    public async Task Trades_of_before_are_found_by_their_accounts()
    {
        await Migrator.MigrateAsync(_source, [.. Migration.All.Where(m => m.Number < 63)], CancellationToken.None);
        await Scalar("CREATE TABLE trades_2026_05 PARTITION OF trades FOR VALUES FROM ('2026-05-01 00:00:00+00') TO ('2026-06-01 00:00:00+00')");
        await Scalar("CREATE TABLE trades_2026_06 PARTITION OF trades FOR VALUES FROM ('2026-06-01 00:00:00+00') TO ('2026-07-01 00:00:00+00')");
        await Trade(1, "2026-05-31 23:59:59.999+00", "a", "b");
        await Trade(2, "2026-06-01 00:00:00+00", "b", "a");
        await Trade(3, "2026-06-01 00:00:09.999+00", "a", "a");
        await Trade(4, "2026-06-01 00:00:10+00", "b", "c");

        await Migrator.MigrateAsync(_source, CancellationToken.None);

        (await Fills("a")).ShouldBe(["X-3-taker", "X-3-maker", "X-2-maker", "X-1-taker"]);
        (await Fills("b")).ShouldBe(["X-4-taker", "X-2-taker", "X-1-maker"]);
        (await Fills("c")).ShouldBe(["X-4-maker"]);
        (await Scalar("SELECT count(*) FROM account_trades_2026_06")).ShouldBe(4L);

        Task<object?> Trade(long number, string time, string taker, string maker) => Scalar(
            $"""
            INSERT INTO trades (taker_key, maker_key, time, number, side, taker_order_id, maker_order_id, symbol, taker_account, maker_account, price, quantity, taker_fee, maker_fee)
            VALUES ({Fingerprint.Of(taker)}, {Fingerprint.Of(maker)}, '{time}', {number}, 1, gen_random_uuid(), gen_random_uuid(), 'X', '{taker}', '{maker}', 5, 6, 0, 0)
            """);

        async Task<IEnumerable<string>> Fills(string account) =>
            (await new HistoryReader(_source, TimeProvider.System).GetActivities(account, null, 10, CancellationToken.None)).Items.Select(a => a.Id);
    }

    private async Task<object?> Scalar(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
