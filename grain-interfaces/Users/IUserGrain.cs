namespace Bourse.GrainInterfaces.Users;

/// <summary>
/// One user: profile, password hash and sessions. The key is the user's id, 32 hexadecimal digits. Passwords and the secrets
/// of refresh tokens never come here, only their hashes.
/// </summary>
[Alias("bourse.user")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Creates the user; repeated with the same command it changes nothing. Throws <see cref="InvalidOperationException"/> when another user has the id.</summary>
    [Alias("create")]
    Task<UserView> Create(CreateUser command);

    /// <summary>The profile, or null when there is no such user.</summary>
    [Alias("get")]
    Task<UserView?> Get();

    /// <summary>What a front end checks a password against, or null when there is no such user.</summary>
    [Alias("get-credential")]
    Task<Credential?> GetCredential();

    /// <summary>Counts a wrong password. After 5 in a row sign-in pauses, 15 s first, twice as long each time, 15 min at most.</summary>
    [Alias("login-failed")]
    Task LoginFailed();

    /// <summary>Starts a session after a right password; of more than 20 sessions the one unused for longest ends. Null when there is no such user.</summary>
    [Alias("start-session")]
    Task<UserView?> StartSession(SessionStart start);

    /// <summary>Replaces a session's refresh token. A token that was replaced before ends its session.</summary>
    [Alias("rotate-session")]
    Task<RotateAnswer> RotateSession(SessionRotation rotation);

    /// <summary>Ends a session; harmless when there is none.</summary>
    [Alias("end-session")]
    Task EndSession(string family);

    /// <summary>Gives the user a role; harmless when repeated. Throws <see cref="InvalidOperationException"/> when there is no such user.</summary>
    [Alias("grant")]
    Task<UserView> Grant(string role);
}
