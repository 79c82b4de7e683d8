using System.Diagnostics;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// Makes users and sessions. A registration takes the e-mail address, takes the user name, creates the user and opens the account: each step can be
/// repeated, and whatever a crash leaves unfinished is finished by the next sign-in or falls free after a minute.
/// </summary>
public sealed class SignIn(
    IGrainFactory grains, Passwords passwords, AccessTokens tokens, LiveSessions sessions, SecretBox box, AuditTrail audit, IOptions<AuthOptions> options, TimeProvider clock)
{
    private const string Currency = "USD";

    /// <summary>Well under the 60 s after which a claim on a name counts as abandoned.</summary>
    private static readonly TimeSpan RegistrationLimit = TimeSpan.FromSeconds(40);

    public async Task<TokensJson> Register(string email, string username, string password, ClientInfo client, CancellationToken cancellation)
    {
        if (SignUpRules.Check(email, username, password) is { } problem)
        {
            throw new ProblemException(problem);
        }

        var hash = await passwords.Hash(password, cancellation);
        var started = clock.GetTimestamp();
        var userId = Guid.NewGuid().ToString("N");
        var emailName = grains.GetGrain<IUserNameGrain>(IUserNameGrain.ForEmail(email));
        if (!await emailName.Claim(userId))
        {
            throw Taken("email_taken", "This e-mail address has an account already.", "email");
        }

        if (!await grains.GetGrain<IUserNameGrain>(IUserNameGrain.ForUsername(username)).Claim(userId))
        {
            await emailName.Release(userId);
            throw Taken("username_taken", "This user name is taken.", "username");
        }

        if (clock.GetElapsedTime(started) > RegistrationLimit)
        {
            throw new TimeoutException("The registration took too long; its names fall free again.");
        }

        await grains.GetGrain<IUserGrain>(userId).Create(new CreateUser(email, username, hash));
        await audit.Write(new AuditRecord("user.registered", userId, client.Address, userId));
        return await StartSession(userId, newPasswordHash: null, client);
    }

    /// <param name="nameKey">As <see cref="IUserNameGrain"/> makes it.</param>
    /// <param name="code">Of the second factor, where the user has one.</param>
    public Task<TokensJson> Login(string nameKey, string password, string? code, ClientInfo client, CancellationToken cancellation) =>
        passwords.OnThread(() => Attempt(nameKey, password, code, client), cancellation);

    /// <summary>Asks somebody who is signed in for the password (and the code of the second factor) again. Wrong ones count as they do at sign-in.</summary>
    public Task Reauthenticate(string userId, string? password, string? code, ClientInfo client, CancellationToken cancellation) =>
        passwords.OnThread(
            async () =>
            {
                await Check(userId, password ?? throw new ProblemException(Problem.Malformed("password", "password is missing.")), code, client);
                return true;
            },
            cancellation);

    public async Task<TokensJson> Refresh(string refreshToken, ClientInfo client)
    {
        if (!RefreshToken.TryParse(refreshToken, out var old))
        {
            throw InvalidRefreshToken();
        }

        var next = old.Next();
        var answer = await grains.GetGrain<IUserGrain>(old.UserId).RotateSession(new SessionRotation(old.Family, old.SecretHash, next.SecretHash));
        return answer switch
        {
            { Kind: RotateKind.Done, User: { } user } => await Answer(user, next),
            { Kind: RotateKind.Reused } => throw await Reused(old, client,
                Problem.Unauthorized("refresh_token_reused", "This refresh token was used before; its session has been ended. Sign in again.")),
            _ => throw InvalidRefreshToken(),
        };
    }

    public async Task Logout(string refreshToken)
    {
        if (RefreshToken.TryParse(refreshToken, out var token))
        {
            await grains.GetGrain<IUserGrain>(token.UserId).EndSession(token.Family);
            sessions.Forget(token.UserId);
        }
    }

    private async Task<TokensJson> Attempt(string nameKey, string password, string? code, ClientInfo client)
    {
        var userId = await grains.GetGrain<IUserNameGrain>(nameKey).Resolve();
        var newHash = await Check(userId, password, code, client);
        await audit.Write(new AuditRecord("login.succeeded", userId!, client.Address, userId!));
        return await StartSession(userId!, newHash, client);
    }

    /// <summary>The password's new hash where it is to be kept anew. Throws <see cref="ProblemException"/> when password or code are wrong; a user that is none costs as much time.</summary>
    private async Task<string?> Check(string? userId, string password, string? code, ClientInfo client)
    {
        var user = userId is null ? null : grains.GetGrain<IUserGrain>(userId);
        var credential = user is null ? null : await user.GetCredential();
        if (credential?.LockedUntil is { } until)
        {
            await audit.Write(new AuditRecord("login.locked_out", "", client.Address, userId!));
            var seconds = Math.Max(1, (int)Math.Ceiling((until - clock.GetUtcNow()).TotalSeconds));
            throw new ProblemException(
                new Problem(StatusCodes.Status429TooManyRequests, "locked_out", "Too many wrong passwords; wait.") { RetryAfterSeconds = seconds });
        }

        var (right, newHash) = passwords.Check(credential?.PasswordHash, password);
        if (!right)
        {
            await Failed(user, userId, client, Problem.Unauthorized("invalid_credentials", "The user or the password is wrong."));
        }

        if (credential!.SealedTotp is { } factor)
        {
            await CheckCode(user!, userId!, factor, code, client);
        }

        return newHash;
    }

    private async Task CheckCode(IUserGrain user, string userId, string factor, string? code, ClientInfo client)
    {
        if (string.IsNullOrEmpty(code))
        {
            throw new ProblemException(Problem.Unauthorized("totp_required", "The code of the second factor is needed too.") with { Field = "code" });
        }

        var secret = box.Open(factor, Purpose(userId)) ?? throw new ProblemException(Problem.Unavailable("The second factor cannot be read."));
        if (Totp.FindStep(secret, code, clock.GetUtcNow()) is not { } step || !await user.UseTotpStep(step))
        {
            await Failed(user, userId, client, Problem.Unauthorized("invalid_totp", "The code is wrong or was used before."));
        }

        if (box.IsStale(factor))
        {
            await user.SetTotp(box.Seal(secret, Purpose(userId)));
        }
    }

    /// <summary>What a user's second factor is sealed for.</summary>
    public static string Purpose(string userId) => "totp:" + userId;

    private async Task Failed(IUserGrain? user, string? userId, ClientInfo client, Problem problem)
    {
        await (user?.LoginFailed() ?? Task.CompletedTask);
        await audit.Write(new AuditRecord("login.failed", "", client.Address, userId ?? "", Details: problem.Code));
        throw new ProblemException(problem);
    }

    private async Task<ProblemException> Reused(RefreshToken token, ClientInfo client, Problem problem)
    {
        sessions.Forget(token.UserId);
        await audit.Write(new AuditRecord("session.token_reused", "", client.Address, token.UserId, Details: "the session was ended"));
        return new ProblemException(problem);
    }

    private async Task<TokensJson> StartSession(string userId, string? newPasswordHash, ClientInfo client)
    {
        await grains.GetGrain<IAccountGrain>(userId).Open(new OpenAccount(userId, Currency, options.Value.PaperDeposit));
        var token = RefreshToken.New(userId);
        var user = await grains.GetGrain<IUserGrain>(userId).StartSession(
            new SessionStart(token.Family, token.SecretHash, newPasswordHash, client.Address, client.Agent));
        return await Answer(user ?? throw new UnreachableException("The user was there a moment ago."), token);
    }

    private async Task<TokensJson> Answer(UserView user, RefreshToken refresh) =>
        new(user.Id, await tokens.Issue(user, refresh.Family), refresh.ToString(), "Bearer", (int)AccessTokens.Life.TotalSeconds);

    private static ProblemException Taken(string code, string detail, string field) =>
        new(new Problem(StatusCodes.Status409Conflict, code, detail) { Field = field });

    private static ProblemException InvalidRefreshToken() =>
        new(Problem.Unauthorized("invalid_refresh_token", "This refresh token is not in force. Sign in again."));
}
