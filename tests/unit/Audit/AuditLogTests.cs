using System.Buffers;
using Bourse.Domain.Audit;
using Bourse.Domain.Serialization;

namespace Bourse.Tests.Unit.Audit;

public sealed class AuditLogTests
{
    private readonly AuditLog _log = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();

    [Fact]
    public void Each_entry_carries_the_hash_of_the_one_before_and_reads_back()
    {
        var (first, second) = (Append("a.b"), Append("c.d"));

        first.PreviousHash.ShouldBe(AuditEntry.FirstHash);
        second.PreviousHash.ShouldBe(first.Hash);
        var reader = new WireReader(_bytes.WrittenSpan);
        AuditLog.Read(ref reader).ShouldBe(first);
        AuditLog.Read(ref reader).ShouldBe(second);
        reader.IsAtEnd.ShouldBeTrue();
    }

    /// <summary>The expected value is <c>printf '%064d\n1\n5\na.b\nwho\nwhere\nwhat\nwhy\nhow\n' 0 | sha256sum</c>.</summary>
    [Fact]
    public void The_hash_is_what_sha256sum_says() =>
        Append("a.b").Hash.ShouldBe("b234bb32cafbe671754f3d385d85c1e03347b64d0ecfe8c7d1d873729164392f");

    [Fact]
    public void A_change_a_gap_and_a_forgery_are_found()
    {
        var (first, second, third) = (Append("a"), Append("b"), Append("c"));
        var reader = new AuditLog();

        reader.FindFault(second).ShouldNotBeNull();
        reader.FindFault(first with { Actor = "other" }).ShouldNotBeNull();
        reader.FindFault(first).ShouldBeNull();
        reader.Take(first);
        reader.FindFault(third).ShouldNotBeNull();
        var forged = second with { Actor = "other", PreviousHash = AuditEntry.FirstHash };
        reader.FindFault(forged with { Hash = forged.ComputeHash() }).ShouldNotBeNull();
        reader.FindFault(second).ShouldBeNull();
    }

    [Fact]
    public void Texts_are_one_line_valid_and_bounded()
    {
        var entry = _log.Append("x", "a\nb\u001b", "\ud800", new string('y', 5_000), "", "<script>", 5, _bytes);

        entry.Actor.ShouldBe("a b ");
        entry.Address.ShouldBe("\ufffd");
        entry.Target.Length.ShouldBe(AuditLog.MaxText);
        entry.Details.ShouldBe("<script>");
        var reader = new WireReader(_bytes.WrittenSpan);
        AuditLog.Read(ref reader).ShouldBe(entry);
    }

    [Fact]
    public void A_snapshot_goes_on_where_the_log_stood()
    {
        Append("a");
        var loaded = Loaded();
        (loaded.Seq, loaded.Hash).ShouldBe((_log.Seq, _log.Hash));
    }

    [Fact]
    public void An_entry_with_an_id_is_found_by_it_also_in_what_is_read_back_or_loaded()
    {
        var id = new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]);
        Append("plain");
        var entry = _log.Append("a", "who", "where", "what", "why", "how", 5, _bytes, id);
        Append("plain");

        var read = new AuditLog();
        var reader = new WireReader(_bytes.WrittenSpan);
        while (!reader.IsAtEnd)
        {
            var next = AuditLog.Read(ref reader);
            read.FindFault(next).ShouldBeNull();
            read.Take(next);
        }

        entry.Hash.ShouldBe((entry with { Id = Guid.Empty }).ComputeHash());
        foreach (var log in (AuditLog[])[_log, read, Loaded()])
        {
            (log.Find(id), log.Find(Guid.Empty), log.Seq).ShouldBe((2, null, 3));
        }
    }

    [Fact]
    public void The_ids_of_the_newest_entries_are_known_and_no_more()
    {
        for (var i = 1; i <= AuditLog.MaxIds + 1; i++)
        {
            _log.Append("a", "", "", "", "", "", 5, _bytes, Id(i));
        }

        (Loaded().Find(Id(1)), Loaded().Find(Id(2)), Loaded().Find(Id(AuditLog.MaxIds + 1))).ShouldBe((null, 2, AuditLog.MaxIds + 1));

        static Guid Id(int i) => new(i, 0, 0, new byte[8]);
    }

    private AuditLog Loaded()
    {
        var state = new ArrayBufferWriter<byte>();
        _log.Save(state);
        return AuditLog.Load(state.WrittenSpan);
    }

    private AuditEntry Append(string name) => _log.Append(name, "who", "where", "what", "why", "how", 5, _bytes);
}
