using System.Buffers;
using Bourse.Domain.Audit;
using Bourse.Domain.Serialization;
using Bourse.GrainInterfaces.Audit;
using Bourse.Grains.Journal;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Bourse.Grains.Audit;

/// <summary>See <see cref="IAuditGrain"/>. Its journal is the log itself.</summary>
[Reentrant, HashBasedPlacement]
public sealed class AuditGrain(IJournal journal, TimeProvider time) : JournaledGrain(journal), IAuditGrain
{
    private const int MaxRead = 1_000;

    private AuditLog _log = new();

    protected override string Stream => AuditLog.Stream;

    protected override long StateVersion => _log.Seq;

    protected override bool GathersCommits => true;

    public async Task<long> Append(AuditRecord record)
    {
        BeginChange();
        var seq = _log.Find(record.Id) ?? _log.Append(
            record.Event, record.Actor, record.Address, record.Target, record.Reason, record.Details, time.GetUtcNow().ToUnixTimeMilliseconds(), Events,
            record.Id).Seq;
        await Commit();
        return seq;
    }

    public async Task<AuditPage> Read(long fromSeq, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromSeq, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaxRead);
        ThrowIfFaulted();
        var last = _log.Seq;
        await Commit();
        var entries = new List<AuditView>();
        while (fromSeq <= last && entries.Count < max)
        {
            var rows = await Journal.Read(Stream, fromSeq, max - entries.Count, CancellationToken.None);
            foreach (var entry in rows.SelectMany(Entries).Where(e => e.Seq >= fromSeq && e.Seq <= last).Take(max - entries.Count))
            {
                entries.Add(AuditView.From(entry));
            }

            if (rows.Count == 0)
            {
                break;
            }

            fromSeq = rows[^1].Version + rows[^1].Count;
        }

        return new AuditPage(entries, last);
    }

    protected override void Capture(IBufferWriter<byte> state) => _log.Save(state);

    protected override void Restore(byte[] state) => _log = AuditLog.Load(state);

    protected override void Replay(byte[] payload, int count, int known)
    {
        var reader = new WireReader(payload);
        for (var i = 0; i < count; i++)
        {
            var entry = AuditLog.Read(ref reader);
            if (i >= known)
            {
                _log.Take(entry);
            }
        }
    }

    private static List<AuditEntry> Entries(JournalRow row)
    {
        var reader = new WireReader(row.Payload);
        var entries = new List<AuditEntry>(row.Count);
        for (var i = 0; i < row.Count; i++)
        {
            entries.Add(AuditLog.Read(ref reader));
        }

        return entries;
    }
}
