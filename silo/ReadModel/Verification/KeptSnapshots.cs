using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;
using Npgsql;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Holds the kept snapshots against the events up to them.</summary>
internal sealed class KeptSnapshots(NpgsqlConnection connection, VerifyReport report)
{
    private readonly Dictionary<string, List<long>> _versions = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public async Task Read(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT stream, version FROM journal_snapshots ORDER BY stream, version", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var stream = reader.GetString(0);
            if (!_versions.TryGetValue(stream, out var versions))
            {
                _versions.Add(stream, versions = []);
            }

            versions.Add(reader.GetInt64(1));
        }
    }

    /// <summary>Where a row has to be cut, because a snapshot was taken after its first events.</summary>
    public IEnumerable<long> Within(in TailRow row)
    {
        var (first, last) = (row.Version, row.Version + row.Count - 1);
        return _versions.TryGetValue(row.Stream, out var versions) ? versions.Where(v => v >= first && v <= last) : [];
    }

    /// <summary>A stream has ended: no snapshot may be of a later event.</summary>
    public void Finish(string stream, long lastVersion)
    {
        if (_versions.Remove(stream, out var versions))
        {
            report.Check(Checks.Snapshots, versions[^1] <= lastVersion, () => $"{stream} has a snapshot of event {versions[^1]} and ends at {lastVersion}");
        }
    }

    /// <summary>At the very end: none may be of a stream that is not there.</summary>
    public void Finish()
    {
        foreach (var stream in _versions.Keys)
        {
            report.Check(Checks.Snapshots, false, () => $"{stream} has a snapshot and no events");
        }
    }

    public async Task Compare(string stream, Account account, CancellationToken cancellation)
    {
        _bytes.ResetWrittenCount();
        account.Save(_bytes);
        var state = await State(stream, account.Version, cancellation);
        report.Check(Checks.Snapshots, _bytes.WrittenSpan.SequenceEqual(state), () => $"{stream} {account.Version}");
    }

    /// <summary>How far accounts have acknowledged reports is no event; both sides are brought to the same.</summary>
    public async Task Compare(string stream, TradingBook book, CancellationToken cancellation)
    {
        var version = book.Version;
        try
        {
            var kept = TradingBook.Load(book.Symbol, await State(stream, version, cancellation));
            Align(book.FindAccount, kept.Accounts);
            Check(stream, version, book.Save, kept.Save);
        }
        catch (WireFormatException e)
        {
            report.Check(Checks.Snapshots, false, () => $"{stream} {version}: {e.Message}");
        }
    }

    /// <summary>As that of a book.</summary>
    public async Task Compare(string stream, VenueOrders orders, CancellationToken cancellation)
    {
        var version = orders.Version;
        try
        {
            var kept = VenueOrders.Load(orders.Symbol, await State(stream, version, cancellation));
            Align(orders.FindAccount, kept.Accounts);
            Check(stream, version, orders.Save, kept.Save);
        }
        catch (WireFormatException e)
        {
            report.Check(Checks.Snapshots, false, () => $"{stream} {version}: {e.Message}");
        }
    }

    private static void Align(Func<string, BookAccount?> find, IReadOnlyList<BookAccount> kept)
    {
        foreach (var account in kept)
        {
            if (find(account.Id) is { } folded && folded.LastReport == account.LastReport)
            {
                folded.Acknowledge(account.Acknowledged);
                account.Acknowledge(folded.Acknowledged);
            }
        }
    }

    private void Check(string stream, long version, Action<IBufferWriter<byte>> folded, Action<IBufferWriter<byte>> kept)
    {
        _bytes.ResetWrittenCount();
        folded(_bytes);
        var expected = _bytes.WrittenSpan.ToArray();
        _bytes.ResetWrittenCount();
        kept(_bytes);
        report.Check(Checks.Snapshots, _bytes.WrittenSpan.SequenceEqual(expected), () => $"{stream} {version}");
    }

    private async Task<byte[]> State(string stream, long version, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT state FROM journal_snapshots WHERE stream = $1 AND version = $2", connection)
        {
            Parameters = { new() { Value = stream }, new() { Value = version } },
        };
        return (byte[])(await command.ExecuteScalarAsync(cancellation) ?? Array.Empty<byte>());
    }
}
