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
        var state = new ArrayBufferWriter<byte>();
        _log.Save(state);
        var loaded = AuditLog.Load(state.WrittenSpan);
        (loaded.Seq, loaded.Hash).ShouldBe((_log.Seq, _log.Hash));
    }

    private AuditEntry Append(string name) => _log.Append(name, "who", "where", "what", "why", "how", 5, _bytes);
}
