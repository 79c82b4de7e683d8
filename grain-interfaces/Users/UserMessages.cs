namespace Bourse.GrainInterfaces.Users;

/// <summary>The roles that a user can have.</summary>
public static class Roles
{
    /// <summary>Trades on the own account; every user.</summary>
    public const string Trader = "trader";

    /// <summary>Sees and sets risk limits.</summary>
    public const string RiskOfficer = "risk_officer";

    /// <summary>Runs the platform: deposits, dashboards.</summary>
    public const string Operator = "operator";

    /// <summary>Pushes market data.</summary>
    public const string Feed = "feed";

    /// <summary>A program of the platform's own (a monitor, a SIEM): reads silos, grains and the audit log, and changes nothing.</summary>
    public const string Service = "service";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Trader, RiskOfficer, Operator, Feed, Service];
}

/// <summary>A new user. E-mail and user name are as the user wrote them.</summary>
[GenerateSerializer, Immutable, Alias("bourse.create-user")]
public sealed record CreateUser(string Email, string Username, string PasswordHash);

/// <summary>A user's profile.</summary>
[GenerateSerializer, Immutable, Alias("bourse.user-view")]
public sealed record UserView(string Id, string Email, string Username, IReadOnlyList<string> Roles, DateTimeOffset CreatedAt);

/// <summary>What a password is checked against.</summary>
/// <param name="LockedUntil">No password is to be tried before this time; null = none is locked out.</param>
/// <param name="SealedTotp">The sealed secret of the second factor; null = none is asked for.</param>
[GenerateSerializer, Immutable, Alias("bourse.credential")]
public sealed record Credential(string PasswordHash, DateTimeOffset? LockedUntil, string? SealedTotp = null);

/// <summary>A session that begins.</summary>
/// <param name="Family">The session's random name, part of each of its refresh tokens.</param>
/// <param name="SecretHash">SHA-256 of the refresh token's secret, in hexadecimal digits.</param>
/// <param name="NewPasswordHash">The same password hashed by today's rules, where the kept hash was made by older ones.</param>
/// <param name="Address">From where.</param>
/// <param name="Agent">With what program, as it says itself.</param>
[GenerateSerializer, Immutable, Alias("bourse.session-start")]
public sealed record SessionStart(string Family, string SecretHash, string? NewPasswordHash, string Address = "", string Agent = "");

/// <summary>A running session.</summary>
/// <param name="Id">The family of its refresh tokens.</param>
[GenerateSerializer, Immutable, Alias("bourse.session-view")]
public sealed record SessionView(string Id, DateTimeOffset StartedAt, DateTimeOffset UsedAt, DateTimeOffset ExpiresAt, string Address, string Agent);

/// <summary>A refresh token that is given up for a new one.</summary>
[GenerateSerializer, Immutable, Alias("bourse.session-rotation")]
public sealed record SessionRotation(string Family, string SecretHash, string NewSecretHash);

/// <summary>How a refresh token was answered.</summary>
public enum RotateKind : byte
{
    /// <summary>The new token is in force.</summary>
    Done = 1,

    /// <summary>No such session, or its time has run out.</summary>
    Unknown = 2,

    /// <summary>The token was replaced before: somebody else may have it, so the session has been ended.</summary>
    Reused = 3,
}

/// <param name="User">The user, when done.</param>
[GenerateSerializer, Immutable, Alias("bourse.rotate-answer")]
public sealed record RotateAnswer(RotateKind Kind, UserView? User);
