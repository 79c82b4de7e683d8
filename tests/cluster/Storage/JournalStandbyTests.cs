using Bourse.Grains.Journal;
using Bourse.Silo.Journal;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

/// <summary>A commit that no synchronous standby has may be lost with this server: nobody is told of it.</summary>
public sealed class JournalStandbyTests : IAsyncLifetime
{
    private LocalPostgres _server = null!;
    private string _connectionString = "";

    public async Task InitializeAsync()
    {
        _server = await TestServer.Start(durable: false);
        _connectionString = await TestServer.MakeDatabase(_server);
    }

    public async Task DisposeAsync()
    {
        await Standby.Release(_server);
        await TestServer.Stop(_server);
    }

    [Fact]
    public async Task What_the_standby_has_not_confirmed_is_neither_acknowledged_nor_read()
    {
        await using var journal = await PostgresJournal.OpenAsync(
            _connectionString, new JournalOptions { Lanes = 1, CommitTimeout = TimeSpan.FromSeconds(2) }, TimeProvider.System, NullLogger.Instance,
            CancellationToken.None);
        await journal.Append("account/sure", 1, 1, [1]);
        await Standby.Lose(_server);

        await Should.ThrowAsync<JournalUnavailableException>(journal.Append("account/sure", 2, 1, [2]).AsTask());

        // The row is there, for who asks the server; a journal that had healed would give it out.
        await Eventually.Holds(async () => await Count("SELECT count(*) FROM journal WHERE stream = 'account/sure'") == 2, "the row is seen");
        await Eventually.Holds(async () => await Count("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%bourse%'") > 0, "it tries to heal");
        await Should.ThrowAsync<JournalUnavailableException>(() => journal.Load("account/sure", CancellationToken.None));

        await Standby.Release(_server);
        JournalLoad? load = null;
        await Eventually.Holds(async () => (load = await TryLoad(journal)) is not null, "it heals by itself");
        load!.Rows[^1].Version.ShouldBe(2);
        await journal.Append("account/sure", 3, 1, [3]);
    }

    private static async Task<JournalLoad?> TryLoad(PostgresJournal journal)
    {
        try
        {
            return await journal.Load("account/sure", CancellationToken.None);
        }
        catch (JournalUnavailableException)
        {
            return null;
        }
    }

    private async Task<long> Count(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
