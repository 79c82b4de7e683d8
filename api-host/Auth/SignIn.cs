using System.Diagnostics;
using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// Makes users and sessions. A registration takes the e-mail address, takes the user name, creates the user and opens the account: each step can be
/// repeated, and whatever a crash leaves unfinished is finished by the next sign-in or falls free after a minute.
/// </summary>
public sealed class SignIn(IGrainFactory grains, Passwords passwords, AccessTokens tokens, IOptions<AuthOptions> options, TimeProvider clock)
{
    private const string Currency = "USD";

    /// <summary>Well under the 60 s after which a claim on a name counts as abandoned.</summary>
    private static readonly TimeSpan RegistrationLimit = TimeSpan.FromSeconds(40);

    public async Task<TokensJson> Register(string email, string username, string password, CancellationToken cancellation)
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
        return await StartSession(userId, newPasswordHash: null);
    }

    /// <param name="nameKey">As <see cref="IUserNameGrain"/> makes it.</param>
    public Task<TokensJson> Login(string nameKey, string password, CancellationToken cancellation) =>
        passwords.OnThread(() => Attempt(nameKey, password), cancellation);

    public async Task<TokensJson> Refresh(string refreshToken)
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
            { Kind: RotateKind.Reused } => throw new ProblemException(
                Problem.Unauthorized("refresh_token_reused", "This refresh token was used before; its session has been ended. Sign in again.")),
            _ => throw InvalidRefreshToken(),
        };
    }

    public async Task Logout(string refreshToken)
    {
        if (RefreshToken.TryParse(refreshToken, out var token))
        {
            await grains.GetGrain<IUserGrain>(token.UserId).EndSession(token.Family);
        }
    }

    private async Task<TokensJson> Attempt(string nameKey, string password)
    {
        var userId = await grains.GetGrain<IUserNameGrain>(nameKey).Resolve();
        var user = userId is null ? null : grains.GetGrain<IUserGrain>(userId);
        var credential = user is null ? null : await user.GetCredential();
        if (credential?.LockedUntil is { } until)
        {
            var seconds = Math.Max(1, (int)Math.Ceiling((until - clock.GetUtcNow()).TotalSeconds));
            throw new ProblemException(
                new Problem(StatusCodes.Status429TooManyRequests, "locked_out", "Too many wrong passwords; wait.") { RetryAfterSeconds = seconds });
        }

        var (right, newHash) = passwords.Check(credential?.PasswordHash, password);
        if (!right || userId is null)
        {
            await (user?.LoginFailed() ?? Task.CompletedTask);
            throw new ProblemException(Problem.Unauthorized("invalid_credentials", "The user or the password is wrong."));
        }

        return await StartSession(userId, newHash);
    }

    private async Task<TokensJson> StartSession(string userId, string? newPasswordHash)
    {
        await grains.GetGrain<IAccountGrain>(userId).Open(new OpenAccount(userId, Currency, options.Value.PaperDeposit));
        var token = RefreshToken.New(userId);
        var user = await grains.GetGrain<IUserGrain>(userId).StartSession(new SessionStart(token.Family, token.SecretHash, newPasswordHash));
        return await Answer(user ?? throw new UnreachableException("The user was there a moment ago."), token);
    }

    private async Task<TokensJson> Answer(UserView user, RefreshToken refresh) =>
        new(user.Id, await tokens.Issue(user), refresh.ToString(), "Bearer", (int)AccessTokens.Life.TotalSeconds);

    private static ProblemException Taken(string code, string detail, string field) =>
        new(new Problem(StatusCodes.Status409Conflict, code, detail) { Field = field });

    private static ProblemException InvalidRefreshToken() =>
        new(Problem.Unauthorized("invalid_refresh_token", "This refresh token is not in force. Sign in again."));
}
