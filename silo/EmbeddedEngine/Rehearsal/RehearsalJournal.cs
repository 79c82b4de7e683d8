using System.Collections.Concurrent;
using Bourse.Grains.Journal;

namespace Bourse.Silo.EmbeddedEngine;

/// <summary>A journal in memory. It answers later, as the true one does, so that what awaits it is rehearsed too.</summary>
/// <param name="real">Is asked for each stream, none of which it has: the way there is rehearsed.</param>
internal sealed class RehearsalJournal(IJournal real) : IJournal
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<JournalRow>> _rows = new();
    private readonly ConcurrentDictionary<string, JournalSnapshot> _snapshots = new();

    public long Epoch => real.Epoch;

    public bool IsBusy => false;

    public void ThrowIfOverloaded()
    {
    }

    public long CommitRunOf(string stream) => 0;

    public async Task<JournalLoad> Load(string stream, CancellationToken cancellation)
    {
        await real.Load(stream, cancellation);
        var snapshot = _snapshots.GetValueOrDefault(stream);
        return new JournalLoad(snapshot, [.. RowsFrom(stream, (snapshot?.Version ?? 0) + 1)]);
    }

    public async ValueTask Append(string stream, long version, int count, byte[] payload, long dependsOn)
    {
        _rows.GetOrAdd(stream, _ => []).Enqueue(new JournalRow(version, count, payload, DateTimeOffset.UnixEpoch));
        await Task.Yield();
    }

    public void SaveSnapshot(string stream, long version, long mark, byte[] state) => _snapshots[stream] = new JournalSnapshot(version, mark, state);

    public Task<JournalSnapshot?> FindSnapshot(string stream, long maxMark, CancellationToken cancellation) => Task.FromResult<JournalSnapshot?>(null);

    public Task<IReadOnlyList<JournalRow>> Read(string stream, long fromVersion, int maxRows, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<JournalRow>>([.. RowsFrom(stream, fromVersion).Take(maxRows)]);

    private IEnumerable<JournalRow> RowsFrom(string stream, long version) =>
        _rows.TryGetValue(stream, out var rows) ? rows.Where(row => row.Version + row.Count > version) : [];
}
