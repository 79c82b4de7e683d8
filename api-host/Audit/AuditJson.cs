using Bourse.GrainInterfaces.Audit;

namespace Bourse.ApiHost.Audit;

/// <summary>An entry of the audit log; <c>Bourse.Domain.Audit.AuditEntry</c> tells what the hash is made of.</summary>
public sealed record AuditJson(
    long Seq, long TimeMs, string Event, string Actor, string Address, string Target, string Reason, string Details, string PreviousHash, string Hash)
{
    public static AuditJson From(AuditView e) =>
        new(e.Seq, e.TimeMs, e.Event, e.Actor, e.Address, e.Target, e.Reason, e.Details, e.PreviousHash, e.Hash);
}
