using System.Text;
using Bourse.GrainInterfaces;
using Bourse.Grains.Journal;
using Bourse.Silo.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

public sealed class JournalTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task What_was_appended_is_loaded_again_in_order()
    {
        await using var journal = await Open();
        await journal.Append("account/a", 1, 1, Bytes("one"));
        await journal.Append("account/a", 2, 2, Bytes("two three"));
        await journal.Append("account/b", 1, 1, Bytes("other"));

        var load = await journal.Load("account/a", CancellationToken.None);

        load.Snapshot.ShouldBeNull();
        load.Rows.Sum(r => r.Count).ShouldBe(3);
        string.Concat(load.Rows.Select(r => Encoding.UTF8.GetString(r.Payload))).ShouldBe("onetwo three");
        load.Rows[0].Version.ShouldBe(1);
    }

    [Fact]
    public async Task Appends_that_wait_together_are_committed_together_and_a_streams_neighbours_become_one_row()
    {
        await using var journal = await Open(new JournalOptions { Lanes = 1 });
        var appends = new List<Task>();
        for (var version = 1; version <= 200; version++)
        {
            appends.Add(journal.Append("book/hot", version, 1, Bytes($"{version},")).AsTask());
            appends.Add(journal.Append($"account/cold-{version}", 1, 1, Bytes("x")).AsTask());
        }

        await Task.WhenAll(appends);

        var rows = await journal.Read("book/hot", 1, 1_000, CancellationToken.None);
        rows.Sum(r => r.Count).ShouldBe(200);
        string.Concat(rows.Select(r => Encoding.UTF8.GetString(r.Payload))).ShouldBe(string.Concat(Enumerable.Range(1, 200).Select(v => $"{v},")));
        (await Scalar<long>("SELECT count(DISTINCT xid) FROM journal WHERE stream LIKE '%/cold-%' OR stream = 'book/hot'")).ShouldBeLessThan(100);
        rows.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task A_row_stays_within_its_bound_and_larger_payloads_stand_alone()
    {
        await using var journal = await Open(new JournalOptions { MaxMergedBytes = 1_000 });
        var appends = Enumerable.Range(1, 50).Select(v => journal.Append("account/large", v, 1, new byte[v == 25 ? 20_000 : 300]).AsTask()).ToList();
        await Task.WhenAll(appends);

        var load = await journal.Load("account/large", CancellationToken.None);
        load.Rows.Where(r => r.Count > 1).ShouldAllBe(r => r.Payload.Length <= 1_000);
        load.Rows.Single(r => r.Payload.Length == 20_000).Version.ShouldBe(25);
        load.Rows.Sum(r => r.Count).ShouldBe(50);
    }

    [Fact]
    public async Task Of_two_writers_the_second_to_write_a_version_gets_a_conflict_and_writes_nothing()
    {
        await using var first = await Open();
        await using var second = await Open();
        await first.Append("account/fence", 1, 1, Bytes("first"));

        await Should.ThrowAsync<JournalConflictException>(async () => await second.Append("account/fence", 1, 1, Bytes("second")));

        var load = await first.Load("account/fence", CancellationToken.None);
        Encoding.UTF8.GetString(load.Rows.Single().Payload).ShouldBe("first");
    }

    [Fact]
    public async Task A_conflict_fails_its_own_stream_alone_and_with_it_everything_behind_it()
    {
        await using var first = await Open();
        await first.Append("account/taken", 1, 1, Bytes("first"));
        await using var second = await Open(new JournalOptions { Lanes = 1 });

        var others = Enumerable.Range(0, 50).Select(i => second.Append($"account/free-{i}", 1, 1, Bytes("x")).AsTask()).ToList();
        var conflicting = second.Append("account/taken", 1, 1, Bytes("second")).AsTask();
        var behind = second.Append("account/taken", 2, 1, Bytes("behind")).AsTask();
        var later = Enumerable.Range(50, 50).Select(i => second.Append($"account/free-{i}", 1, 1, Bytes("x")).AsTask()).ToList();

        await Should.ThrowAsync<JournalConflictException>(conflicting);
        await Should.ThrowAsync<Exception>(behind);
        await Task.WhenAll([.. others, .. later]);
        (await Scalar<long>("SELECT count(*) FROM journal WHERE stream LIKE 'account/free-%'")).ShouldBe(100);
        (await Scalar<long>("SELECT count(*) FROM journal WHERE stream = 'account/taken'")).ShouldBe(1);
        second.ThrowIfOverloaded();
    }

    [Fact]
    public async Task A_stream_at_fault_takes_nothing_until_it_is_loaded()
    {
        await using var first = await Open();
        await using var second = await Open();
        await first.Append("account/fault", 1, 1, Bytes("first"));
        await Should.ThrowAsync<JournalConflictException>(async () => await second.Append("account/fault", 1, 1, Bytes("second")));

        await Should.ThrowAsync<JournalUnavailableException>(async () => await second.Append("account/fault", 2, 1, Bytes("still")));
        var load = await second.Load("account/fault", CancellationToken.None);
        await second.Append("account/fault", load.Rows[^1].Version + load.Rows[^1].Count, 1, Bytes("second"));

        (await first.Read("account/fault", 1, 10, CancellationToken.None)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_depends_on_a_lost_append_is_lost_with_it()
    {
        const int Rounds = 40;
        await using var first = await Open();
        await using var second = await Open(new JournalOptions { Lanes = 1 });
        for (var round = 0; round < Rounds; round++)
        {
            var (account, book) = ($"account/depended-on-{round}", $"book/dependent-{round}");
            await first.Append(account, 1, 1, Bytes("first"));
            var run = second.CommitRunOf(account);
            second.CommitRunOf(book).ShouldBe(run);

            var lost = second.Append(account, 1, 1, Bytes("second")).AsTask();
            var other = second.Append($"account/other-{round}", 1, 1, Bytes("x")).AsTask();
            var dependent = second.Append(book, 1, 1, Bytes("depends"), run).AsTask();
            var behind = second.Append(book, 2, 1, Bytes("behind")).AsTask();

            await Should.ThrowAsync<JournalConflictException>(lost);
            await Should.ThrowAsync<OutcomeUnknownException>(dependent);
            await Should.ThrowAsync<OutcomeUnknownException>(behind);
            await other;
            second.CommitRunOf(account).ShouldNotBe(run);

            (await second.Load(book, CancellationToken.None)).Rows.ShouldBeEmpty();
            await Should.ThrowAsync<JournalUnavailableException>(async () => await second.Append(book, 1, 1, Bytes("too late"), run));
            await second.Load(book, CancellationToken.None);
            await second.Append(book, 1, 1, Bytes("again"), second.CommitRunOf(account));
        }

        (await Scalar<long>("SELECT count(*) FROM journal WHERE stream LIKE 'account/other-%'")).ShouldBe(Rounds);
        (await Scalar<long>("SELECT count(*) FROM journal WHERE stream LIKE 'book/dependent-%'")).ShouldBe(Rounds);
    }

    [Fact]
    public async Task No_two_lanes_share_a_commit_run()
    {
        await using var first = await Open(new JournalOptions { Lanes = 4 });
        await using var second = await Open(new JournalOptions { Lanes = 4 });

        var runs = Enumerable.Range(0, 1_000).SelectMany(i => new[] { first.CommitRunOf($"account/{i}"), second.CommitRunOf($"account/{i}") }).ToHashSet();

        runs.Count.ShouldBe(8);
        runs.ShouldAllBe(run => run > 0);
    }

    [Fact]
    public async Task Loading_waits_for_what_is_under_way()
    {
        await using var journal = await Open();
        var appends = Enumerable.Range(1, 500).Select(v => journal.Append("account/busy", v, 1, Bytes("x")).AsTask()).ToList();

        var load = await journal.Load("account/busy", CancellationToken.None);

        load.Rows.Sum(r => r.Count).ShouldBe(500);
        await Task.WhenAll(appends);
    }

    [Fact]
    public async Task A_snapshot_saves_reading_what_it_holds_even_where_a_row_spans_it()
    {
        await using var journal = await Open();
        var appends = Enumerable.Range(1, 100).Select(v => journal.Append("account/snap", v, 1, Bytes($"{v},")).AsTask()).ToList();
        await Task.WhenAll(appends);
        journal.SaveSnapshot("account/snap", 50, 25, Bytes("state at 50"));
        await Eventually.Holds(
            async () => (await journal.Load("account/snap", CancellationToken.None)).Snapshot is not null, "the snapshot is kept");

        var load = await journal.Load("account/snap", CancellationToken.None);

        load.Snapshot!.Version.ShouldBe(50);
        load.Snapshot.Mark.ShouldBe(25);
        load.Rows[0].Version.ShouldBeLessThanOrEqualTo(51);
        (load.Rows[0].Version + load.Rows[0].Count).ShouldBeGreaterThan(51);
        (load.Rows[^1].Version + load.Rows[^1].Count).ShouldBe(101);
        var read = await journal.Read("account/snap", 77, 100, CancellationToken.None);
        read[0].Version.ShouldBeLessThanOrEqualTo(77);
        (read[0].Version + read[0].Count).ShouldBeGreaterThan(77);
    }

    [Fact]
    public async Task A_snapshot_is_found_by_its_mark_and_only_the_newest_are_kept()
    {
        await using var journal = await Open();
        for (var version = 1; version <= 12; version++)
        {
            await journal.Append("account/marks", version, 1, Bytes("x"));
            journal.SaveSnapshot("account/marks", version, version * 10, Bytes($"state {version}"));
            var expected = version;
            await Eventually.Holds(
                async () => (await journal.FindSnapshot("account/marks", long.MaxValue, CancellationToken.None))?.Version == expected, "kept");
        }

        (await journal.FindSnapshot("account/marks", 79, CancellationToken.None))!.Version.ShouldBe(7);
        await Eventually.Holds(
            async () => await Scalar<long>("SELECT count(*) FROM journal_snapshots WHERE stream = 'account/marks'") == 8, "older ones go");
        (await journal.FindSnapshot("account/marks", 49, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_snapshot_of_events_that_were_lost_is_not_kept()
    {
        await using var first = await Open();
        await using var second = await Open();
        await first.Append("account/phantom", 1, 1, Bytes("first"));
        var lost = second.Append("account/phantom", 1, 1, Bytes("second")).AsTask();
        second.SaveSnapshot("account/phantom", 1, 1, Bytes("what never was"));
        await Should.ThrowAsync<JournalConflictException>(lost);

        await second.Append("account/phantom-other", 1, 1, Bytes("x"));
        await second.DisposeAsync();
        (await first.Load("account/phantom", CancellationToken.None)).Snapshot.ShouldBeNull();
    }

    [Fact]
    public async Task Every_streams_order_is_kept_under_load_on_two_lanes()
    {
        await using var journal = await Open();
        var streams = Enumerable.Range(0, 64).Select(i => $"account/load-{i}").ToList();
        await Task.WhenAll(streams.Select(stream => Task.Run(async () =>
        {
            var waiting = new Queue<Task>();
            for (var version = 1; version <= 500; version++)
            {
                waiting.Enqueue(journal.Append(stream, version, 1, Bytes($"{version} ")).AsTask());
                if (waiting.Count > 16)
                {
                    await waiting.Dequeue();
                }
            }

            await Task.WhenAll(waiting);
        })));

        foreach (var stream in streams)
        {
            var load = await journal.Load(stream, CancellationToken.None);
            string.Concat(load.Rows.Select(r => Encoding.UTF8.GetString(r.Payload)))
                .ShouldBe(string.Concat(Enumerable.Range(1, 500).Select(v => $"{v} ")));
        }
    }

    [Fact]
    public async Task Closing_writes_what_waits()
    {
        var journal = await Open();
        var appends = Enumerable.Range(1, 300).Select(v => journal.Append("account/closing", v, 1, Bytes("x")).AsTask()).ToList();
        await journal.DisposeAsync();

        await Task.WhenAll(appends);
        await Should.ThrowAsync<JournalUnavailableException>(async () => await journal.Append("account/closing", 301, 1, Bytes("x")));
        (await Scalar<long>("SELECT sum(count)::bigint FROM journal WHERE stream = 'account/closing'")).ShouldBe(300);
    }

    [Fact]
    public async Task A_stream_without_a_proper_name_or_an_append_without_events_is_refused_at_once()
    {
        await using var journal = await Open();
        Should.Throw<ArgumentException>(() => { _ = journal.Append("", 1, 1, Bytes("x")); });
        Should.Throw<ArgumentException>(() => { _ = journal.Append("a\0b", 1, 1, Bytes("x")); });
        Should.Throw<ArgumentException>(() => { _ = journal.Append("account/a", 0, 1, Bytes("x")); });
        Should.Throw<ArgumentException>(() => { _ = journal.Append("account/a", 1, 0, Bytes("x")); });
    }

    [Fact]
    public async Task The_epoch_names_the_database_and_stays()
    {
        await using var first = await Open();
        await using var second = await Open();
        first.Epoch.ShouldBeGreaterThan(1_700_000_000);
        second.Epoch.ShouldBe(first.Epoch);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private Task<PostgresJournal> Open(JournalOptions? options = null) => PostgresJournal.OpenAsync(
        postgres.ConnectionString, options ?? new JournalOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private async Task<T> Scalar<T>(string sql)
    {
        await using var command = postgres.Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
