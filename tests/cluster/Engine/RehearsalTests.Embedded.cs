using System.Collections.Concurrent;
using Bourse.Silo;
using Bourse.Silo.EmbeddedEngine;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>What a silo plays before it joins others.</summary>
public sealed class RehearsalTests
{
    private static readonly string[] s_tables = ["journal", "journal_snapshots", "grain_state", "candles", "second_bars", "feeds", "book_deadlines"];

    [Fact]
    public async Task A_rehearsal_comes_to_its_end_and_leaves_nothing_behind()
    {
        await using var storage = await Open();

        (await Rehearse(storage)).ShouldBeEmpty();

        foreach (var table in s_tables)
        {
            await using var command = storage.Source.CreateCommand($"SELECT count(*) FROM {table}");
            (await command.ExecuteScalarAsync()).ShouldBe(0L, table);
        }
    }

    [Fact]
    public async Task A_rehearsal_that_cannot_read_says_so_and_keeps_no_silo_from_joining()
    {
        await using var storage = await Open();
        await using (var command = storage.Source.CreateCommand("DROP TABLE grain_state"))
        {
            await command.ExecuteNonQueryAsync();
        }

        (await Rehearse(storage)).ShouldHaveSingleItem().ShouldStartWith("The rehearsal broke off");
    }

    private static async Task<SiloStorage> Open() => await SiloStorage.OpenAsync(
        await TestServer.MakeDatabase(), null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

    private static async Task<IReadOnlyCollection<string>> Rehearse(SiloStorage storage)
    {
        await using var candles = new CandleStore(storage.Source, new MonthlyPartitions(storage.Source), TimeProvider.System, NullLogger<CandleStore>.Instance);
        var log = new Heard();
        await new Rehearsal(storage, candles, log).Run(CancellationToken.None);
        return log.Lines;
    }

    private sealed class Heard : ILogger<Rehearsal>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));
    }
}
