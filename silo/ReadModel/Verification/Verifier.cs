using System.Data;
using Bourse.Domain.Accounts;
using Bourse.Domain.Audit;
using Bourse.Domain.Serialization;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>
/// Proves that journal, snapshots and read model belong together, as of one moment, while everything may go on. It replays each
/// stream by the domain's own rules; memory holds one stream's state and, for each account and book that deal with each other, a few numbers.
/// </summary>
public sealed class Verifier(NpgsqlDataSource source, TimeProvider time, ILoggerFactory loggers)
{
    private static readonly TimeSpan CatchUpTime = TimeSpan.FromMinutes(10);
    private const int MaxLookedAtCloser = 5;

    private readonly VerifyReport _report = new();
    private readonly Dictionary<(string Account, string Symbol), Pair> _pairs = [];
    private readonly Dictionary<string, decimal> _assets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _clearing = new(StringComparer.Ordinal);

    // What fills under way will still move through clearing.
    private readonly Dictionary<string, decimal> _missing = new(StringComparer.Ordinal);

    /// <summary>As <see cref="Verify"/>, on connections of its own.</summary>
    public static async Task<VerifyResult> Run(string connectionString, Action<string>? say, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        return await new Verifier(source, TimeProvider.System, NullLoggerFactory.Instance).Verify(say, cancellation);
    }

    /// <summary>Runs once per instance.</summary>
    /// <param name="say">Hears what it does, in one line each; may be null.</param>
    /// <exception cref="TimeoutException">The read model does not catch up with the journal.</exception>
    public async Task<VerifyResult> Verify(Action<string>? say, CancellationToken cancellation)
    {
        say?.Invoke("waiting for the read model to catch up with the journal");
        await CatchUp(cancellation);
        await using var journal = await source.OpenConnectionAsync(cancellation);
        await using var tables = await source.OpenConnectionAsync(cancellation);
        await using var moment = await journal.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using var same = await tables.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await ShareMoment(journal, tables, cancellation);
        var cursor = await ReadCursor(tables, cancellation);
        var comparison = new TableComparison(tables, _report);
        var snapshots = new KeptSnapshots(tables, _report);
        await snapshots.Read(cancellation);

        say?.Invoke("replaying accounts");
        await Accounts(journal, cursor, comparison, snapshots, cancellation);
        say?.Invoke($"replaying books ({_pairs.Count} pairs of account and book)");
        await Symbols(
            journal, "book", RowKind.Book, symbol => new BookFold(symbol, _report, _pairs, _missing), cursor, comparison, snapshots, cancellation);
        await Symbols(
            journal, "venue", RowKind.Venue, symbol => new VenueFold(symbol, _report, _pairs, _missing), cursor, comparison, snapshots, cancellation);
        CheckPairs();
        await Others(journal, snapshots, cancellation);
        CheckAssets();
        snapshots.Finish();
        await comparison.Finish(cancellation);
        foreach (var account in comparison.Differing.Take(MaxLookedAtCloser))
        {
            await LookCloser(account, journal, tables, cursor, cancellation);
        }

        return _report.ToResult();
    }

    private async Task Accounts(
        NpgsqlConnection journal, JournalCursor cursor, TableComparison comparison, KeptSnapshots snapshots, CancellationToken cancellation)
    {
        AccountFold? fold = null;
        var chain = new StreamChain(_report);
        var compared = false;
        await foreach (var row in StreamScan.Kind(journal, "account", cancellation))
        {
            if (chain.Begins(row))
            {
                await End();
                fold = new AccountFold(row.Stream["account/".Length..], _report, _pairs);
                compared = false;
            }

            chain.Check(row);
            if (!compared && IsAfter(row.Cursor, cursor))
            {
                await comparison.Compare(fold!, cancellation);
                compared = true;
            }

            foreach (var part in Parts(row, snapshots, RowKind.Account))
            {
                fold!.Apply(part);
                if (!fold.IsBroken && snapshots.Within(part).Any())
                {
                    await snapshots.Compare(row.Stream, fold.Account, cancellation);
                }
            }
        }

        await End();

        async Task End()
        {
            if (fold is null)
            {
                return;
            }

            snapshots.Finish(chain.Stream, chain.LastVersion);
            if (fold.IsBroken)
            {
                return;
            }

            if (!compared)
            {
                await comparison.Compare(fold, cancellation);
            }

            fold.CheckInvariants();
            fold.Finish();
            foreach (var balance in fold.Account.Balances)
            {
                _assets[balance.Asset] = _assets.GetValueOrDefault(balance.Asset) + balance.Total + balance.Fees + balance.Outside;
                _clearing[balance.Asset] = _clearing.GetValueOrDefault(balance.Asset) + balance.Clearing;
            }
        }
    }

    private async Task Symbols(
        NpgsqlConnection journal, string prefix, RowKind kind, Func<string, SymbolFold> begin, JournalCursor cursor, TableComparison comparison,
        KeptSnapshots snapshots, CancellationToken cancellation)
    {
        SymbolFold? fold = null;
        var chain = new StreamChain(_report);
        var compared = false;
        await foreach (var row in StreamScan.Kind(journal, prefix, cancellation))
        {
            if (chain.Begins(row))
            {
                await End();
                fold = begin(row.Stream[(prefix.Length + 1)..]);
                compared = false;
            }

            chain.Check(row);
            if (!compared && IsAfter(row.Cursor, cursor))
            {
                await comparison.Compare(fold!, cancellation);
                compared = true;
            }

            foreach (var part in Parts(row, snapshots, kind))
            {
                fold!.Apply(part);
                if (!fold.IsBroken && snapshots.Within(part).Any())
                {
                    await fold.CompareSnapshot(snapshots, row.Stream, cancellation);
                }
            }
        }

        await End();

        async Task End()
        {
            if (fold is null)
            {
                return;
            }

            snapshots.Finish(chain.Stream, chain.LastVersion);
            if (!fold.IsBroken)
            {
                fold.Finish();
                if (!compared)
                {
                    await comparison.Compare(fold, cancellation);
                }
            }
        }
    }

    private void CheckPairs()
    {
        foreach (var ((account, symbol), pair) in _pairs)
        {
            _report.UnderWay += pair.LastCommand - pair.BookCommands;
            _report.Check(Checks.Commands, pair.IsConfirmed, () => $"{symbol} does not have everything that it answered to account {account}");
        }
    }

    private async Task Others(NpgsqlConnection journal, KeptSnapshots snapshots, CancellationToken cancellation)
    {
        var chain = new StreamChain(_report);
        var audit = new AuditFold(_report);
        await foreach (var row in StreamScan.Others(journal, cancellation))
        {
            if (chain.Begins(row) && chain.Stream.Length != 0)
            {
                snapshots.Finish(chain.Stream, chain.LastVersion);
            }

            chain.Check(row);
            if (row.Stream == AuditLog.Stream)
            {
                audit.Apply(row);
            }
        }

        snapshots.Finish(chain.Stream, chain.LastVersion);
    }

    // Free, held, fees and outside of every account balance but for what trades owe each other, which comes to nothing once every fill has arrived.
    private void CheckAssets()
    {
        foreach (var (asset, sum) in _assets)
        {
            var clearing = _clearing.GetValueOrDefault(asset);
            var missing = _missing.GetValueOrDefault(asset);
            _report.Check(Checks.Conserved, clearing + missing == 0, () => $"the sides of trades in {asset} differ by {clearing + missing}");
            _report.Check(Checks.Conserved, sum + clearing == 0, () => $"{asset} sums to {sum + clearing}");
        }
    }

    private async Task LookCloser(string account, NpgsqlConnection journal, NpgsqlConnection tables, JournalCursor cursor, CancellationToken cancellation)
    {
        var table = new Dictionary<Guid, OrderState>();
        await using (var command = new NpgsqlCommand(OrderState.Select + " LIMIT 200000", tables)
        {
            Parameters = { new() { Value = account }, new() { Value = Fingerprint.Of(account) } },
        })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var order = OrderState.From(reader);
                table[order.Id] = order;
            }
        }

        var fold = new AccountFold(account, new VerifyReport(), []) { OnEnded = Compare };
        await foreach (var row in StreamScan.One(journal, $"account/{account}", cancellation))
        {
            if (IsAfter(row.Cursor, cursor))
            {
                break;
            }

            fold.Apply(row);
        }

        fold.Account.GetOpenOrders().ForEach(Compare);

        void Compare(Order order)
        {
            var expected = OrderState.From(order);
            var found = table.GetValueOrDefault(order.Id);
            _report.Check(Checks.Orders, found == expected, () => $"account {account}: the journal has {expected}, the table {found?.ToString() ?? "nothing"}");
        }
    }

    private static List<TailRow> Parts(TailRow row, KeptSnapshots snapshots, RowKind kind)
    {
        var cuts = snapshots.Within(row).ToList();
        try
        {
            return cuts.Count == 0 ? [row] : RowSplitter.Split(row, cuts, kind);
        }
        catch (WireFormatException)
        {
            return [row]; // told when it is applied
        }
    }

    private static bool IsAfter(JournalCursor row, JournalCursor cursor) =>
        row.Xid > cursor.Xid || (row.Xid == cursor.Xid && row.Position > cursor.Position);

    private static async Task ShareMoment(NpgsqlConnection from, NpgsqlConnection to, CancellationToken cancellation)
    {
        await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", from);
        var id = (string)(await export.ExecuteScalarAsync(cancellation))!;
        await using var import = new NpgsqlCommand($"SET TRANSACTION SNAPSHOT '{id}'", to);
        await import.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<JournalCursor> ReadCursor(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT xid, position FROM projector_cursor", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1));
    }

    // A projector of our own works while no silo's does.
    private async Task CatchUp(CancellationToken cancellation)
    {
        using var projector = new Projector(
            source, new ProjectorOptions(), new MonthlyPartitions(source), time, loggers.CreateLogger<Projector>());
        await projector.StartAsync(cancellation);
        try
        {
            var goal = await NewestRow(cancellation);
            var deadline = time.GetUtcNow() + CatchUpTime;
            await using var connection = await source.OpenConnectionAsync(cancellation);
            while (IsAfter(goal, await ReadCursor(connection, cancellation)))
            {
                if (time.GetUtcNow() > deadline)
                {
                    throw new TimeoutException($"the read model did not catch up with the journal within {CatchUpTime.TotalMinutes:0} minutes");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
            }
        }
        finally
        {
            await projector.StopAsync(CancellationToken.None);
        }
    }

    private async Task<JournalCursor> NewestRow(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT xid, position FROM journal ORDER BY xid DESC, position DESC LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)) : default;
    }
}
