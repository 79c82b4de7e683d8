using Bourse.Domain.Audit;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Follows the audit log's chain of hashes from its first entry.</summary>
internal sealed class AuditFold(VerifyReport report)
{
    private readonly AuditLog _log = new();

    public void Apply(in TailRow row)
    {
        var version = row.Version;
        try
        {
            var reader = new WireReader(row.Payload);
            for (var i = 0; i < row.Count; i++)
            {
                var entry = AuditLog.Read(ref reader);
                var fault = _log.FindFault(entry);
                report.Check(Checks.Audit, fault is null, () => fault!);
                _log.Take(entry);
            }
        }
        catch (WireFormatException e)
        {
            report.Check(Checks.Audit, false, () => $"entry {version} cannot be read: {e.Message}");
        }
    }
}
