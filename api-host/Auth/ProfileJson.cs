namespace Bourse.ApiHost.Auth;

/// <summary>A running sign-in.</summary>
/// <param name="Current">It is the one that asks.</param>
public sealed record SessionJson(string Id, DateTimeOffset StartedAt, DateTimeOffset UsedAt, DateTimeOffset ExpiresAt, string Address, string UserAgent, bool Current);

/// <summary>Who one is, once more, before something that matters.</summary>
/// <param name="Code">The six digits of the second factor, where the user has one.</param>
public sealed record ReauthBody(string? Password, string? Code);

/// <summary>A new password.</summary>
public sealed record PasswordBody(string? Password, string? Code, string? NewPassword);

/// <summary>A new e-mail address.</summary>
public sealed record EmailBody(string? Password, string? Code, string? Email);

/// <summary>A second factor that the user has put into an authenticator, with the code that it shows.</summary>
public sealed record TotpBody(string? Password, string? Secret, string? Code);

/// <summary>A secret for an authenticator; it counts only once it has come back with a code.</summary>
public sealed record TotpJson(string Secret, string Uri)
{
    /// <summary>Without the secret, so that it does not end in a log.</summary>
    public override string ToString() => "A second factor";
}
