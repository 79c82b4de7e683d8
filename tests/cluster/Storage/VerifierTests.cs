using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.Silo.Journal;
using Bourse.Silo.ReadModel.Verification;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

/// <summary>What a verification must not overlook: each test breaks one thing in a database of its own.</summary>
public sealed class VerifierTests : IAsyncLifetime
{
    private readonly Market _market = new(accounts: 4, symbols: 2, seed: 11, new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero));
    private string _connectionString = "";
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await TestServer.MakeDatabase();
        _source = NpgsqlDataSource.Create(_connectionString);
        await using var journal = await OpenJournal();
        await Append(journal, _market.Open());
        for (var i = 0; i < 400; i++)
        {
            await Append(journal, _market.Step());
            if (i % 100 == 50)
            {
                SaveSnapshots(journal);
            }
        }
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task A_sound_database_is_clean_and_every_check_has_looked_at_something()
    {
        await SnapshotsAreKept();
        var result = await Verify();
        result.Errors.ShouldBeEmpty();
        result.Checks.Select(c => c.Name).ShouldBe(
            [
                Checks.Unbroken, Checks.Readable, Checks.Invariants, Checks.Replays, Checks.Snapshots, Checks.Conserved, Checks.Trades,
                Checks.Commands, Checks.Reports, Checks.Orders, Checks.Positions, Checks.TradeTable, Checks.Counts,
            ],
            ignoreOrder: true);
        result.Checks.ShouldAllBe(c => c.Checked > 0);
        result.UnderWay.ShouldBe(0);
    }

    [Fact]
    public async Task Reports_still_under_way_are_no_error()
    {
        await using (var journal = await OpenJournal())
        {
            for (var i = 0; i < 60; i++)
            {
                await Append(journal, _market.Step(deliver: false));
            }
        }

        var result = await Verify();
        result.Errors.ShouldBeEmpty();
        result.UnderWay.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("UPDATE orders SET filled_quantity = filled_quantity + 1 WHERE ctid = (SELECT min(ctid) FROM orders)", Checks.Orders)]
    [InlineData("UPDATE orders SET status = 5 WHERE ctid = (SELECT min(ctid) FROM orders WHERE status <> 5)", Checks.Orders)]
    [InlineData("DELETE FROM orders WHERE id = (SELECT min(id::text)::uuid FROM orders)", Checks.Orders)]
    [InlineData("UPDATE trades SET price = price + 0.01 WHERE number = 3", Checks.TradeTable)]
    [InlineData("DELETE FROM trades WHERE number = 3", Checks.TradeTable)]
    [InlineData("UPDATE account_trades SET numbers[1] = numbers[1] + 1 WHERE ctid = (SELECT min(ctid) FROM account_trades)", Checks.TradeTable)]
    [InlineData("UPDATE account_trades SET roles[1] = 3 - roles[1] WHERE ctid = (SELECT min(ctid) FROM account_trades)", Checks.TradeTable)]
    [InlineData("UPDATE account_trades SET account_key = account_key + 1 WHERE ctid = (SELECT min(ctid) FROM account_trades)", Checks.TradeTable)]
    [InlineData("DELETE FROM account_trades WHERE ctid = (SELECT min(ctid) FROM account_trades)", Checks.TradeTable)]
    [InlineData("UPDATE positions SET quantity = quantity + 1 WHERE ctid = (SELECT min(ctid) FROM positions)", Checks.Positions)]
    [InlineData("UPDATE balances SET cash = cash + 0.01 WHERE ctid = (SELECT min(ctid) FROM balances)", Checks.Positions)]
    [InlineData("DELETE FROM balances WHERE ctid = (SELECT min(ctid) FROM balances)", Checks.Positions)]
    [InlineData("UPDATE cash_movements SET amount = amount + 1 WHERE ctid = (SELECT min(ctid) FROM cash_movements)", Checks.Positions)]
    [InlineData("INSERT INTO accounts VALUES ('nobody', 'u', 'trader', 'USD', now())", Checks.Counts)]
    [InlineData("UPDATE journal_snapshots SET state = set_byte(state, 3, get_byte(state, 3) # 1) WHERE stream LIKE 'account/%'", Checks.Snapshots)]
    [InlineData("DELETE FROM journal WHERE stream LIKE 'account/%' AND version = (SELECT max(version) / 2 FROM journal WHERE stream LIKE 'account/%')", Checks.Unbroken)]
    [InlineData("DELETE FROM journal WHERE stream LIKE 'book/%' AND version = (SELECT max(version) FROM journal WHERE stream LIKE 'book/%')", Checks.Commands)]
    [InlineData("DELETE FROM journal WHERE stream LIKE 'account/%' AND version = (SELECT max(version) FROM journal WHERE stream LIKE 'account/%')", Checks.Orders)]
    public async Task What_is_broken_is_found(string sql, string check)
    {
        (await Verify()).Ok.ShouldBeTrue();
        await SnapshotsAreKept();
        await Scalar(sql);

        var result = await Verify();

        result.Ok.ShouldBeFalse();
        result.Errors.ShouldNotBeEmpty();
        result.Checks.Where(c => c.Failed > 0).Select(c => c.Name).ShouldContain(check, string.Join('\n', result.Errors));
    }

    [Fact]
    public async Task A_fill_that_no_book_made_is_found()
    {
        var account = _market.Accounts[0];
        var fill = new OrderFilled(
            Guid.NewGuid(), _market.Books[0].Symbol, "USD", Bourse.Domain.Matching.Side.Buy, 99_999, 100m, 1m, 0m, true, false, 1m, 100m, 1m, 100m, 0m, 0m,
            account.LastReport(_market.Books[0].Symbol) + 1, account.OrderSeq + 1, _market.NowMs);
        var bytes = new ArrayBufferWriter<byte>();
        AccountEventCodec.Write(bytes, fill);
        await using (var journal = await OpenJournal())
        {
            await journal.Append($"account/{account.Id}", account.Version + 1, 1, bytes.WrittenSpan.ToArray());
        }

        var result = await Verify();
        result.Checks.Single(c => c.Name == Checks.Readable).Failed.ShouldBe(1);
    }

    private static Task Append(PostgresJournal journal, List<MarketRow> rows) =>
        Task.WhenAll(rows.Select(r => journal.Append(r.Stream, r.Version, r.Count, r.Payload).AsTask()));

    private void SaveSnapshots(PostgresJournal journal)
    {
        foreach (var account in _market.Accounts)
        {
            var state = new ArrayBufferWriter<byte>();
            account.Save(state);
            journal.SaveSnapshot($"account/{account.Id}", account.Version, account.OrderSeq, state.WrittenSpan.ToArray());
        }

        foreach (var book in _market.Books)
        {
            var state = new ArrayBufferWriter<byte>();
            book.Save(state);
            journal.SaveSnapshot($"book/{book.Symbol}", book.Version, 0, state.WrittenSpan.ToArray());
        }
    }

    // One of each stream at least: where the writer has much to do, a newer one replaces one that waits.
    private Task SnapshotsAreKept() => Eventually.Holds(
        async () => await Scalar("SELECT count(DISTINCT stream) FROM journal_snapshots") is long streams && streams == _market.Accounts.Count + _market.Books.Count);

    private Task<VerifyResult> Verify() => new Verifier(_source, TimeProvider.System, NullLoggerFactory.Instance).Verify(null, CancellationToken.None);

    private Task<PostgresJournal> OpenJournal() => PostgresJournal.OpenAsync(
        _connectionString, new JournalOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private async Task<object?> Scalar(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
