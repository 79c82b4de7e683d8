using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bourse.Grains.Journal;
using Bourse.Silo.Journal;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

/// <summary>PostgreSQL goes away in several ways, and comes back. Each test has a server of its own.</summary>
public sealed class JournalOutageTests : IAsyncLifetime
{
    private readonly string _folder = TestServer.NewFolder();
    private LocalPostgres _server = null!;
    private string _connectionString = "";

    public async Task InitializeAsync()
    {
        _server = await TestServer.Start(durable: false, _folder);
        _connectionString = await TestServer.MakeDatabase(_server);
    }

    public Task DisposeAsync() => TestServer.Stop(_server);

    [Fact]
    public async Task An_immediate_stop_fails_appends_as_unknown_and_a_restart_heals_without_losing_what_was_acknowledged()
    {
        await using var journal = await Open(new JournalOptions());
        var writers = Enumerable.Range(0, 8).Select(i => new Writer(journal, $"account/w{i}")).ToList();
        var running = writers.Select(w => Task.Run(w.Run)).ToList();
        await Eventually.Holds(() => writers.All(w => w.Acknowledged > 20), "writing");

        Signal("QUIT"); // pg_ctl stop -m immediate
        await Eventually.Holds(() => writers.All(w => w.Failures > 0), "every writer is told");
        Should.Throw<JournalUnavailableException>(journal.ThrowIfOverloaded);
        await Should.ThrowAsync<JournalUnavailableException>(async () => await journal.Load("account/w0", CancellationToken.None));

        _server = await TestServer.Start(durable: false, _folder);
        await Eventually.Holds(() => !Refuses(journal), "the journal heals by itself");
        var before = writers.Select(w => w.Acknowledged).ToList();
        await Eventually.Holds(() => writers.Zip(before).All(p => p.First.Acknowledged > p.Second + 20), "writing again");
        writers.ForEach(w => w.Stop());
        await Task.WhenAll(running);

        foreach (var writer in writers)
        {
            await writer.CheckJournal();
        }
    }

    [Fact]
    public async Task A_frozen_server_sheds_load_by_age_and_then_by_the_commit_timeout_and_heals_when_it_thaws()
    {
        await using var journal = await Open(new JournalOptions { MaxAge = TimeSpan.FromMilliseconds(200), CommitTimeout = TimeSpan.FromSeconds(6) });
        await journal.Append("account/frozen", 1, 1, [1]);
        SignalAll("STOP");
        try
        {
            var append = journal.Append("account/frozen", 2, 1, [2]).AsTask();
            await Eventually.Holds(() => Refuses(journal), "what waits too long sheds load");
            append.IsCompleted.ShouldBeFalse();
            await Should.ThrowAsync<JournalUnavailableException>(append);
        }
        finally
        {
            SignalAll("CONT");
        }

        await Eventually.Holds(() => !Refuses(journal), "the journal heals by itself");
        var load = await journal.Load("account/frozen", CancellationToken.None);
        var next = load.Rows[^1].Version + load.Rows[^1].Count;
        next.ShouldBeInRange(2, 3); // unknown means unknown
        await journal.Append("account/frozen", next, 1, [3]);
    }

    [Fact]
    public async Task A_freeze_shorter_than_the_timeout_loses_nothing()
    {
        await using var journal = await Open(new JournalOptions { MaxAge = TimeSpan.FromMilliseconds(200) });
        await journal.Append("account/brief", 1, 1, [1]);
        SignalAll("STOP");
        var append = journal.Append("account/brief", 2, 1, [2]).AsTask();
        try
        {
            await Eventually.Holds(() => Refuses(journal), "what waits too long sheds load");
        }
        finally
        {
            SignalAll("CONT");
        }

        await append;
        await Eventually.Holds(() => !Refuses(journal), "it is taken again");
    }

    [Fact]
    public async Task Killed_connections_fail_or_commit_each_batch_and_never_break_a_stream()
    {
        await using var journal = await Open(new JournalOptions());
        var writers = Enumerable.Range(0, 8).Select(i => new Writer(journal, $"account/k{i}")).ToList();
        var running = writers.Select(w => Task.Run(w.Run)).ToList();
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString);
        for (var round = 0; round < 10; round++)
        {
            var before = writers.Select(w => w.Acknowledged).ToList();
            await Eventually.Holds(() => writers.Zip(before).All(p => p.First.Acknowledged > p.Second + 5), "writing");
            await using var kill = source.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'bourse-%'");
            await kill.ExecuteScalarAsync();
        }

        writers.ForEach(w => w.Stop());
        await Task.WhenAll(running);
        await Eventually.Holds(() => !Refuses(journal), "the journal heals from the last kill");
        foreach (var writer in writers)
        {
            await writer.CheckJournal();
        }
    }

    [Fact]
    public async Task A_restart_while_idle_costs_no_append()
    {
        await using var journal = await Open(new JournalOptions { Lanes = 1 });
        await journal.Append("account/idle", 1, 1, [1]);
        await _server.StopAsync();
        _server = await TestServer.Start(durable: false, _folder);

        await journal.Append("account/idle", 2, 1, [2]);
    }

    [Fact]
    public async Task A_full_queue_refuses_before_a_turn_and_at_last_at_the_append()
    {
        await using var journal = await Open(new JournalOptions { Lanes = 1, MaxPendingRows = 100, MaxAge = TimeSpan.FromMinutes(1) });
        await using var blocker = new NpgsqlConnection(_connectionString);
        await blocker.OpenAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE", blocker, transaction))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var appends = Enumerable.Range(0, 101).Select(i => journal.Append($"account/full-{i}", 1, 1, [1]).AsTask()).ToList();
        Should.Throw<JournalUnavailableException>(journal.ThrowIfOverloaded);
        appends.AddRange(Enumerable.Range(101, 600).Select(i => journal.Append($"account/full-{i}", 1, 1, [1]).AsTask()));
        await Eventually.Holds(() => appends.Any(a => a.IsFaulted), "the last ones are refused");
        await transaction.RollbackAsync();
        await Task.WhenAll(appends).ContinueWith(_ => { }, TaskScheduler.Default);
        appends.Count(a => a.IsCompletedSuccessfully).ShouldBeGreaterThanOrEqualTo(400);
        await Eventually.Holds(() => !Refuses(journal), "it is taken again");
    }

    private static bool Refuses(PostgresJournal journal)
    {
        try
        {
            journal.ThrowIfOverloaded();
            return false;
        }
        catch (JournalUnavailableException)
        {
            return true;
        }
    }

    private Task<PostgresJournal> Open(JournalOptions options) => PostgresJournal.OpenAsync(
        _connectionString, options, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private int Postmaster() =>
        int.Parse(File.ReadLines(Path.Combine(_server.DatabaseFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private void Signal(string signal) => Run("kill", $"-{signal}", Postmaster().ToString(CultureInfo.InvariantCulture));

    private void SignalAll(string signal)
    {
        // The postmaster first, so that it starts nobody new meanwhile.
        Signal(signal);
        Run("pkill", $"-{signal}", "-P", Postmaster().ToString(CultureInfo.InvariantCulture));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
    }

    /// <summary>One grain as a writer sees itself: it appends, and after a failure it loads and goes on.</summary>
    private sealed class Writer(PostgresJournal journal, string stream)
    {
        private readonly SortedDictionary<long, string> _acknowledged = [];
        private volatile bool _stop;
        private long _count;
        private int _failures;

        public long Acknowledged => Interlocked.Read(ref _count);

        public int Failures => Volatile.Read(ref _failures);

        public void Stop() => _stop = true;

        public async Task Run()
        {
            var next = 1L;
            while (!_stop)
            {
                try
                {
                    var text = $"{next}:{Guid.NewGuid():N} ";
                    await journal.Append(stream, next, 1, Encoding.UTF8.GetBytes(text));
                    _acknowledged.Add(next, text);
                    Interlocked.Increment(ref _count);
                    next++;
                }
                catch (Exception e) when (e is JournalUnavailableException or JournalConflictException)
                {
                    Interlocked.Increment(ref _failures);
                    next = await Reload() ?? next;
                }
            }
        }

        /// <summary>Everything acknowledged is there, once, at its place.</summary>
        public async Task CheckJournal()
        {
            var load = await journal.Load(stream, CancellationToken.None);
            var events = string.Concat(load.Rows.Select(r => Encoding.UTF8.GetString(r.Payload))).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            events.Length.ShouldBe(load.Rows.Sum(r => r.Count));
            foreach (var (version, text) in _acknowledged)
            {
                events[version - 1].ShouldBe(text.Trim());
            }
        }

        private async Task<long?> Reload()
        {
            try
            {
                var load = await journal.Load(stream, CancellationToken.None);
                return load.Rows.Count == 0 ? 1 : load.Rows[^1].Version + load.Rows[^1].Count;
            }
            catch (JournalUnavailableException)
            {
                await Task.Delay(20);
                return null;
            }
        }
    }
}
