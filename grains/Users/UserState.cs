namespace Bourse.Grains.Users;

/// <summary>What is kept of a user.</summary>
[GenerateSerializer, Alias("bourse.user-state")]
public sealed record UserState
{
    [Id(0)] public string Email { get; init; } = "";

    [Id(1)] public string Username { get; init; } = "";

    [Id(2)] public string PasswordHash { get; init; } = "";

    [Id(3)] public IReadOnlyList<string> Roles { get; init; } = [];

    [Id(4)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Wrong passwords in a row, as of the last lock-out.</summary>
    [Id(5)] public int FailedLogins { get; init; }

    [Id(6)] public DateTimeOffset? LockedUntil { get; init; }

    /// <summary>Running sessions, at most 20.</summary>
    [Id(7)] public IReadOnlyList<UserSession> Sessions { get; init; } = [];
}

/// <summary>One sign-in: the family of refresh tokens that follow one another.</summary>
[GenerateSerializer, Alias("bourse.user-session")]
public sealed record UserSession
{
    [Id(0)] public string Family { get; init; } = "";

    /// <summary>The hash of the one token that is in force.</summary>
    [Id(1)] public string SecretHash { get; init; } = "";

    [Id(2)] public DateTimeOffset ExpiresAt { get; init; }
}
