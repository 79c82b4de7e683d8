using Bourse.Domain.Audit;

namespace Bourse.GrainInterfaces.Audit;

/// <summary>The audit log: every operator's, risk and security event, chained by hash. One grain with the key <see cref="Key"/>.</summary>
[Alias("bourse.audit")]
public interface IAuditGrain : IGrainWithStringKey
{
    const string Key = "log";

    /// <summary>
    /// Adds an entry; durable when answered. Answers its number. The same <see cref="AuditRecord.Id"/> again, while it is among the last
    /// <see cref="AuditLog.MaxIds"/>, adds nothing and gets the number of the first.
    /// </summary>
    [Alias("append")]
    Task<long> Append(AuditRecord record);

    /// <summary>Entries from a number on, oldest first, at most <paramref name="max"/> (1 to 1,000).</summary>
    [Alias("read")]
    Task<AuditPage> Read(long fromSeq, int max);
}

/// <summary>Something to be kept; see <see cref="AuditEntry"/> for the members.</summary>
/// <param name="Id">Empty for what is never asked for again.</param>
[GenerateSerializer, Immutable, Alias("bourse.audit-record")]
public sealed record AuditRecord(string Event, string Actor, string Address, string Target = "", string Reason = "", string Details = "", Guid Id = default);

/// <summary>An <see cref="AuditEntry"/> as it travels; same members.</summary>
[GenerateSerializer, Immutable, Alias("bourse.audit-view")]
public sealed record AuditView(
    long Seq, long TimeMs, string Event, string Actor, string Address, string Target, string Reason, string Details, string PreviousHash, string Hash)
{
    public static AuditView From(AuditEntry e) =>
        new(e.Seq, e.TimeMs, e.Event, e.Actor, e.Address, e.Target, e.Reason, e.Details, e.PreviousHash, e.Hash);
}

/// <summary>A run of the log.</summary>
/// <param name="LastSeq">The number of the newest entry there is.</param>
[GenerateSerializer, Immutable, Alias("bourse.audit-page")]
public sealed record AuditPage(IReadOnlyList<AuditView> Entries, long LastSeq);
