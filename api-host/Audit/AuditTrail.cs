using Bourse.ApiHost.Auth;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Audit;

namespace Bourse.ApiHost.Audit;

/// <summary>Writes to the audit log who does what from where. Never a password, token or e-mail address: ids tell who it was.</summary>
public sealed class AuditTrail(IGrainFactory grains)
{
    private const int MaxTries = 3;
    private static readonly TimeSpan s_reload = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Durable when it comes back. What an operator does is written before it is done: an act without its entry cannot be, an entry whose act
    /// failed can. Throws what the grain's call throws; then the act is not to be done.
    /// </summary>
    public Task Write(HttpContext context, string name, string target = "", string reason = "", string details = "") =>
        Write(Caller.From(context.User)?.UserId ?? "", context, name, target, reason, details);

    /// <summary>For somebody who is only just signing in.</summary>
    public Task Write(string actor, HttpContext context, string name, string target = "", string reason = "", string details = "") =>
        Write(new AuditRecord(name, actor, context.Connection.RemoteIpAddress?.ToString() ?? "", target, reason, details));

    /// <summary>
    /// Asked again a few times where the outcome is unknown, as when the log was written by another process meanwhile (<c>bourse admin</c> beside a server that runs) and
    /// reloads. Its id keeps the entry single.
    /// </summary>
    public async Task Write(AuditRecord record)
    {
        var (log, single) = (grains.GetGrain<IAuditGrain>(IAuditGrain.Key), record with { Id = Guid.NewGuid() });
        for (var tries = 1; ; tries++)
        {
            try
            {
                await log.Append(single);
                return;
            }
            catch (OutcomeUnknownException) when (tries < MaxTries)
            {
                await Task.Delay(s_reload);
            }
        }
    }
}
