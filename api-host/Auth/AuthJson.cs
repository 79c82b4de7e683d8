namespace Bourse.ApiHost.Auth;

/// <summary>A sign-up.</summary>
public sealed record RegisterJson(string? Email, string? Username, string? Password);

/// <summary>A sign-in, by one of <c>email</c> and <c>username</c>.</summary>
/// <param name="Code">The six digits of the second factor, where the user has one.</param>
public sealed record LoginJson(string? Email, string? Username, string? Password, string? Code);

/// <summary>What refresh and logout take.</summary>
public sealed record RefreshJson(string? RefreshToken);

/// <summary>What a sign-in gives.</summary>
/// <param name="ExpiresIn">Seconds for which the access token counts.</param>
public sealed record TokensJson(string UserId, string AccessToken, string RefreshToken, string TokenType, int ExpiresIn)
{
    /// <summary>Without the tokens, so that they do not end in a log.</summary>
    public override string ToString() => $"Tokens of {UserId}";
}

/// <summary>Who is signed in.</summary>
public sealed record MeJson(string UserId, string Email, string Username, IReadOnlyList<string> Roles, DateTimeOffset CreatedAt);
