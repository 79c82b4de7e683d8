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

    /// <summary>The second factor's secret under the master key; null = none.</summary>
    [Id(8)] public string? SealedTotp { get; init; }

    /// <summary>The newest step of the second factor that was used.</summary>
    [Id(9)] public long LastTotpStep { get; init; }

    /// <summary>The ids of API keys, at most 20.</summary>
    [Id(10)] public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The user was erased: nobody signs in as it any more.</summary>
    [Id(11)] public bool IsErased { get; init; }
}

/// <summary>One sign-in: the family of refresh tokens that follow one another.</summary>
[GenerateSerializer, Alias("bourse.user-session")]
public sealed record UserSession
{
    [Id(0)] public string Family { get; init; } = "";

    /// <summary>The hash of the one token that is in force.</summary>
    [Id(1)] public string SecretHash { get; init; } = "";

    [Id(2)] public DateTimeOffset ExpiresAt { get; init; }

    [Id(3)] public DateTimeOffset StartedAt { get; init; }

    [Id(4)] public DateTimeOffset UsedAt { get; init; }

    [Id(5)] public string Address { get; init; } = "";

    [Id(6)] public string Agent { get; init; } = "";
}
