using System.Buffers;
using System.Text;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Audit;

/// <summary>The chain of audit entries: each carries the hash of the one before, so that none can be changed, left out or put in afterwards. Not thread-safe.</summary>
public sealed class AuditLog
{
    /// <summary>The journal stream that it is kept in.</summary>
    public const string Stream = "audit/log";

    /// <summary>The longest text of an entry, in characters; longer ones are cut.</summary>
    public const int MaxText = 1_000;

    /// <summary>Of how many of the newest entries the ids are known.</summary>
    public const int MaxIds = 1_024;

    // No entry has this number: an id comes first.
    private const long WithId = 0;

    private readonly Queue<Guid> _ids = new();
    private readonly Dictionary<Guid, long> _seqs = [];

    /// <summary>The number of the newest entry; 0 before the first.</summary>
    public long Seq { get; private set; }

    /// <summary>The hash of the newest entry.</summary>
    public string Hash { get; private set; } = AuditEntry.FirstHash;

    /// <summary>The number of an entry that was asked for under this id before, among the last <see cref="MaxIds"/>; else null.</summary>
    public long? Find(Guid id) => _seqs.TryGetValue(id, out var seq) ? seq : null;

    /// <summary>Adds an entry and writes it.</summary>
    /// <param name="id">What it is <see cref="Find"/> by; empty for one that is never asked for again.</param>
    public AuditEntry Append(
        string name, string actor, string address, string target, string reason, string details, long nowMs, IBufferWriter<byte> output, Guid id = default)
    {
        var open = new AuditEntry(Seq + 1, nowMs, Text(name), Text(actor), Text(address), Text(target), Text(reason), Text(details), Hash, "", id);
        var entry = open with { Hash = open.ComputeHash() };
        Take(entry);
        Write(output, entry);
        return entry;
    }

    /// <summary>Takes the next entry as it was written.</summary>
    public void Take(AuditEntry entry)
    {
        (Seq, Hash) = (entry.Seq, entry.Hash);
        if (entry.Id != Guid.Empty)
        {
            Keep(entry.Id, entry.Seq);
        }
    }

    /// <summary>Why the entry cannot be the next one, or null when it is.</summary>
    public string? FindFault(AuditEntry entry) =>
        entry.Seq != Seq + 1 ? $"entry {entry.Seq} follows {Seq}"
        : entry.PreviousHash != Hash ? $"entry {entry.Seq} does not carry the hash of the one before"
        : entry.Hash != entry.ComputeHash() ? $"entry {entry.Seq} is not what its hash was made of"
        : null;

    public void Save(IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.WriteCount(Seq);
        writer.WriteString(Hash);
        writer.WriteCount(_ids.Count);
        foreach (var id in _ids)
        {
            writer.WriteGuid(id);
            writer.WriteCount(_seqs[id]);
        }

        writer.Flush();
    }

    public static AuditLog Load(ReadOnlySpan<byte> state)
    {
        var reader = new WireReader(state);
        var log = new AuditLog { Seq = reader.ReadCount(), Hash = reader.ReadString() };
        // Snapshots of before there were ids end here.
        for (var left = reader.IsAtEnd ? 0 : reader.ReadLength(); left > 0; left--)
        {
            log.Keep(reader.ReadGuid(), reader.ReadCount());
        }

        return log;
    }

    /// <summary>Reads the next entry. Throws <see cref="WireFormatException"/> on bytes that no log wrote.</summary>
    public static AuditEntry Read(ref WireReader reader)
    {
        var (seq, id) = (reader.ReadCount(), Guid.Empty);
        if (seq == WithId)
        {
            id = reader.ReadGuid();
            seq = reader.ReadCount();
        }

        return new AuditEntry(
            seq, reader.ReadCount(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
            reader.ReadString(), reader.ReadString(), reader.ReadString(), id);
    }

    private void Keep(Guid id, long seq)
    {
        if (_seqs.TryAdd(id, seq))
        {
            _ids.Enqueue(id);
        }

        if (_ids.Count > MaxIds)
        {
            _seqs.Remove(_ids.Dequeue());
        }
    }

    private static void Write(IBufferWriter<byte> output, AuditEntry e)
    {
        var writer = new WireWriter(output);
        if (e.Id != Guid.Empty)
        {
            writer.WriteCount(WithId);
            writer.WriteGuid(e.Id);
        }

        writer.WriteCount(e.Seq);
        writer.WriteCount(e.TimeMs);
        foreach (var text in (ReadOnlySpan<string>)[e.Event, e.Actor, e.Address, e.Target, e.Reason, e.Details, e.PreviousHash, e.Hash])
        {
            writer.WriteString(text);
        }

        writer.Flush();
    }

    // One line each, and nothing that UTF-8 cannot say: what is written is what is read.
    private static string Text(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxText));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > MaxText)
            {
                break;
            }

            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return clean.ToString();
    }
}
