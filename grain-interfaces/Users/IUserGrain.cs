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

    /// <summary>The roles of the user whose session runs; null when it does not.</summary>
    [Alias("check-session")]
    Task<IReadOnlyList<string>?> CheckSession(string family);

    /// <summary>Running sessions, the one unused for longest first.</summary>
    [Alias("get-sessions")]
    Task<IReadOnlyList<SessionView>> GetSessions();

    /// <summary>Ends every session but one; null = all.</summary>
    [Alias("end-other-sessions")]
    Task EndOtherSessions(string? exceptFamily);

    /// <summary>Sets a new password and ends every session but one.</summary>
    [Alias("change-password")]
    Task ChangePassword(string newPasswordHash, string? exceptFamily);

    /// <summary>Sets a new e-mail address, whose name the caller has claimed.</summary>
    [Alias("change-email")]
    Task ChangeEmail(string email);

    /// <summary>Sets the second factor's sealed secret, or takes it away by null.</summary>
    [Alias("set-totp")]
    Task SetTotp(string? sealedSecret);

    /// <summary>Takes a step of the second factor's time as used; false when it or a later one was used before.</summary>
    [Alias("use-totp-step")]
    Task<bool> UseTotpStep(long step);

    /// <summary>Forgets who the user was: address, name, password, sessions, second factor. Id, roles and the time of creation stay. Harmless when repeated.</summary>
    [Alias("erase")]
    Task Erase();

    /// <summary>Notes an API key of the user; false when there are 20 already.</summary>
    [Alias("add-key")]
    Task<bool> AddKey(string keyId);

    [Alias("remove-key")]
    Task RemoveKey(string keyId);

    /// <summary>The ids of the user's API keys.</summary>
    [Alias("get-keys")]
    Task<IReadOnlyList<string>> GetKeys();

    /// <summary>Takes a role away; harmless when the user has it not. Throws <see cref="InvalidOperationException"/> when there is no such user.</summary>
    [Alias("revoke")]
    Task<UserView> Revoke(string role);

    /// <summary>Gives the user a role; harmless when repeated. Throws <see cref="InvalidOperationException"/> when there is no such user.</summary>
    [Alias("grant")]
    Task<UserView> Grant(string role);
}
