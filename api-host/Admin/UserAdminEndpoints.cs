using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Admin;

/// <summary>What operators do with users' roles and with the platform's signing keys. Each asks for a reason.</summary>
public static class UserAdminEndpoints
{
    public static void MapUserAdmin(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("admin").RequireAuthorization(policy => policy.RequireRole(Roles.Operator)).WithProblems(400, 401, 403, 503);
        admin.MapPut("/users/{id}/roles/{role}", Grant).Produces<MeJson>().WithProblems(404);
        admin.MapPost("/users/{id}/roles/{role}/revoke", Revoke).Produces<MeJson>().WithProblems(404);
        admin.MapPost("/signing-keys/rotate", Rotate).Produces<SigningKeysJson>();
    }

    private static Task<IResult> Grant(string id, string role, JsonBody<ReasonBody> body, IGrainFactory grains, AuditTrail audit, LiveSessions live, HttpContext context) =>
        Change(id, role, body.Value, "role.granted", user => user.Grant(role), grains, audit, live, context);

    private static Task<IResult> Revoke(string id, string role, JsonBody<ReasonBody> body, IGrainFactory grains, AuditTrail audit, LiveSessions live, HttpContext context) =>
        Change(id, role, body.Value, "role.revoked", user => user.Revoke(role), grains, audit, live, context);

    private static async Task<IResult> Change(
        string id, string role, ReasonBody body, string name, Func<IUserGrain, Task<UserView>> change, IGrainFactory grains, AuditTrail audit, LiveSessions live,
        HttpContext context)
    {
        var reason = body.Required();
        var user = grains.GetGrain<IUserGrain>(id);
        if (!Roles.All.Contains(role) || !Guid.TryParseExact(id, "N", out _) || await user.Get() is null)
        {
            return Problem.NotFound("user_not_found", "There is no such user or role.").ToResult();
        }

        await audit.Write(context, name, id, reason, role);
        var changed = await change(user);
        live.Forget(id);
        return Answer.Json(new MeJson(changed.Id, changed.Email, changed.Username, changed.Roles, changed.CreatedAt));
    }

    /// <summary>A new signing key; with <c>drop_old</c> every token of before is worthless within a minute, and everybody refreshes.</summary>
    private static async Task<IResult> Rotate(JsonBody<RotateBody> body, AuditTrail audit, SigningKeys keys, HttpContext context)
    {
        var reason = new ReasonBody(body.Value.Reason).Required();
        await audit.Write(context, "signing_keys.rotated", reason: reason, details: body.Value.DropOld == true ? "the old ones dropped" : "");
        return Answer.Json(new SigningKeysJson(await keys.Rotate(body.Value.DropOld ?? false)));
    }
}

/// <summary>Why something is done; 1 to 500 characters.</summary>
public sealed record ReasonBody(string? Reason)
{
    private const int MaxReason = 500;

    /// <summary>Throws <see cref="ProblemException"/> (400) when there is none.</summary>
    public string Required() => !string.IsNullOrWhiteSpace(Reason) && Reason.Length <= MaxReason && !Reason.Any(char.IsControl)
        ? Reason
        : throw new ProblemException(Problem.Malformed("reason", $"reason has 1 to {MaxReason} characters."));
}

/// <summary>A wish to replace the signing key.</summary>
/// <param name="DropOld">Tokens signed before count no longer; no by default.</param>
public sealed record RotateBody(string? Reason, bool? DropOld);

/// <summary>The names of the signing keys in force, the newest first.</summary>
public sealed record SigningKeysJson(IReadOnlyList<string> Kids);
