using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary>What users do with their own sign-in: sessions, password, e-mail address, second factor. Whatever matters asks for the password again.</summary>
public static class ProfileEndpoints
{
    public static void MapProfile(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("auth").RequireAuthorization().WithProblems(401, 403, 429, 503);
        auth.MapGet("/sessions", GetSessions).Produces<ListJson<SessionJson>>();
        auth.MapDelete("/sessions/{id}", EndSession).Produces(StatusCodes.Status204NoContent).WithProblems(404);
        auth.MapDelete("/sessions", EndOtherSessions).Produces(StatusCodes.Status204NoContent);
        auth.MapPost("/password", ChangePassword).Produces(StatusCodes.Status204NoContent).WithProblems(400, 422);
        auth.MapPost("/email", ChangeEmail).Produces(StatusCodes.Status204NoContent).WithProblems(400, 409);
        auth.MapPost("/totp", NewTotp).Produces<TotpJson>().WithProblems(400);
        auth.MapPut("/totp", SetTotp).Produces(StatusCodes.Status204NoContent).WithProblems(400, 422);
        auth.MapDelete("/totp", RemoveTotp).Produces(StatusCodes.Status204NoContent).WithProblems(400);
    }

    private static async Task<IResult> GetSessions(Caller caller, IGrainFactory grains)
    {
        var sessions = await grains.GetGrain<IUserGrain>(caller.UserId).GetSessions();
        return Answer.Json(new ListJson<SessionJson>(
            [.. sessions.Select(s => new SessionJson(s.Id, s.StartedAt, s.UsedAt, s.ExpiresAt, s.Address, s.Agent, s.Id == caller.SessionId))], null));
    }

    private static async Task<IResult> EndSession(string id, Caller caller, IGrainFactory grains, LiveSessions live, AuditTrail audit, HttpContext context)
    {
        var user = grains.GetGrain<IUserGrain>(caller.UserId);
        if ((await user.GetSessions()).All(s => s.Id != id))
        {
            return Problem.NotFound("session_not_found", "You have no such session.").ToResult();
        }

        await user.EndSession(id);
        live.Forget(caller.UserId);
        await audit.Write(context, "session.ended", caller.UserId);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> EndOtherSessions(Caller caller, IGrainFactory grains, LiveSessions live, AuditTrail audit, HttpContext context)
    {
        await grains.GetGrain<IUserGrain>(caller.UserId).EndOtherSessions(caller.SessionId);
        live.Forget(caller.UserId);
        await audit.Write(context, "session.others_ended", caller.UserId);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ChangePassword(
        JsonBody<PasswordBody> body, Caller caller, SignIn signIn, Passwords passwords, IGrainFactory grains, LiveSessions live, AuditTrail audit, HttpContext context)
    {
        var wanted = body.Value.NewPassword ?? throw new ProblemException(Problem.Malformed("new_password", "new_password is missing."));
        if (SignUpRules.CheckPassword(wanted, "new_password") is { } weak)
        {
            return weak.ToResult();
        }

        await Reauthenticate(new ReauthBody(body.Value.Password, body.Value.Code), caller, signIn, context);
        var hash = await passwords.Hash(wanted, context.RequestAborted);
        await audit.Write(context, "password.changed", caller.UserId);
        await grains.GetGrain<IUserGrain>(caller.UserId).ChangePassword(hash, caller.SessionId);
        live.Forget(caller.UserId);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ChangeEmail(
        JsonBody<EmailBody> body, Caller caller, SignIn signIn, IGrainFactory grains, AuditTrail audit, HttpContext context)
    {
        var email = body.Value.Email ?? "";
        if (!SignUpRules.IsEmail(email))
        {
            return Problem.Malformed("email", "This is not an e-mail address.").ToResult();
        }

        await Reauthenticate(new ReauthBody(body.Value.Password, body.Value.Code), caller, signIn, context);
        var user = grains.GetGrain<IUserGrain>(caller.UserId);
        var before = (await user.Get())!.Email;
        var name = grains.GetGrain<IUserNameGrain>(IUserNameGrain.ForEmail(email));
        if (!await name.Claim(caller.UserId))
        {
            return new Problem(StatusCodes.Status409Conflict, "email_taken", "This e-mail address has an account already.") { Field = "email" }.ToResult();
        }

        await audit.Write(context, "email.changed", caller.UserId);
        await user.ChangeEmail(email);
        if (IUserNameGrain.ForEmail(before) != IUserNameGrain.ForEmail(email))
        {
            await grains.GetGrain<IUserNameGrain>(IUserNameGrain.ForEmail(before)).Release(caller.UserId);
        }

        return TypedResults.NoContent();
    }

    private static async Task<IResult> NewTotp(JsonBody<ReauthBody> body, Caller caller, SignIn signIn, IGrainFactory grains, HttpContext context)
    {
        await Reauthenticate(body.Value, caller, signIn, context);
        var secret = Totp.NewSecret();
        context.Response.Headers.CacheControl = "no-store";
        return Answer.Json(new TotpJson(secret, Totp.Uri(secret, (await grains.GetGrain<IUserGrain>(caller.UserId).Get())!.Username)));
    }

    /// <summary>Takes a second factor into force, for a user who has none.</summary>
    private static async Task<IResult> SetTotp(
        JsonBody<TotpBody> body, Caller caller, SignIn signIn, SecretBox box, IGrainFactory grains, AuditTrail audit, TimeProvider clock, HttpContext context)
    {
        await signIn.Reauthenticate(caller.UserId, body.Value.Password, code: null, ClientInfo.Of(context), context.RequestAborted);
        if (Totp.FindStep(body.Value.Secret ?? "", body.Value.Code ?? "", clock.GetUtcNow()) is null)
        {
            return Problem.Refused("invalid_totp", "The code is not the one of this secret and time.", "code").ToResult();
        }

        await audit.Write(context, "totp.set", caller.UserId);
        await grains.GetGrain<IUserGrain>(caller.UserId).SetTotp(box.Seal(body.Value.Secret!, SignIn.Purpose(caller.UserId)));
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RemoveTotp(JsonBody<ReauthBody> body, Caller caller, SignIn signIn, IGrainFactory grains, AuditTrail audit, HttpContext context)
    {
        await Reauthenticate(body.Value, caller, signIn, context);
        await audit.Write(context, "totp.removed", caller.UserId);
        await grains.GetGrain<IUserGrain>(caller.UserId).SetTotp(null);
        return TypedResults.NoContent();
    }

    private static Task Reauthenticate(ReauthBody who, Caller caller, SignIn signIn, HttpContext context) =>
        signIn.Reauthenticate(caller.UserId, who.Password, who.Code, ClientInfo.Of(context), context.RequestAborted);
}
