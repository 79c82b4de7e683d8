using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary>Who a token speaks for.</summary>
/// <param name="ExpiresAt">When it stops counting, without the allowance for clocks.</param>
/// <param name="SessionId">The sign-in that it came from; it counts no longer than that.</param>
public sealed record AccessToken(string UserId, string Username, string SessionId, IReadOnlyList<string> Roles, DateTimeOffset ExpiresAt);

/// <summary>
/// Makes and reads access tokens: JSON web tokens (RFC 7519) signed with HMAC-SHA-256. The algorithm is fixed: whatever a token's header
/// says beside <c>HS256</c> makes it worthless. Clocks may differ by 30 s.
/// </summary>
public sealed class AccessTokens(SigningKeys keys, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(30);
    private const string Algorithm = "HS256";
    private const string Party = "bourse";
    private const int MaxLength = 4_096;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    public async ValueTask<string> Issue(UserView user, string sessionId)
    {
        var key = await keys.Newest();
        var now = clock.GetUtcNow();
        var claims = new Claims(
            Party, Party, user.Id, sessionId, user.Username, user.Roles, now.ToUnixTimeSeconds(), now.ToUnixTimeSeconds(), (now + Life).ToUnixTimeSeconds());
        var signed = Encode(new Header(Algorithm, "JWT", key.Kid, null)) + "." + Encode(claims);
        return signed + "." + Sign(key, signed);
    }

    /// <summary>Whom the token speaks for; null when it is not ours, has been changed, or its time is not now.</summary>
    public async ValueTask<AccessToken?> Read(string token)
    {
        if (token.Length > MaxLength || token.Split('.', 4) is not [var headerText, var claimsText, var signature])
        {
            return null;
        }

        if (Decode<Header>(headerText) is not { Alg: Algorithm, Crit: null, Typ: null or "JWT", Kid: { } kid } || await keys.Find(kid) is not { } key)
        {
            return null;
        }

        var expected = Sign(key, headerText + "." + claimsText);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature)))
        {
            return null;
        }

        return Decode<Claims>(claimsText) is { Iss: Party, Aud: Party, Sub: { } user, Sid: { } session } claims && IsNow(claims)
            ? new AccessToken(user, claims.Name ?? "", session, claims.Roles ?? [], DateTimeOffset.FromUnixTimeSeconds(claims.Exp))
            : null;
    }

    private bool IsNow(Claims claims)
    {
        var now = clock.GetUtcNow();
        return now < DateTimeOffset.FromUnixTimeSeconds(claims.Exp) + ClockSkew && now >= DateTimeOffset.FromUnixTimeSeconds(claims.Nbf) - ClockSkew;
    }

    private static string Sign(SigningKeys.Key key, string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key.Secret, Encoding.UTF8.GetBytes(text)));

    private static string Encode<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private static T? Decode<T>(string text)
        where T : class
    {
        try
        {
            return Base64Url.IsValid(text) ? JsonSerializer.Deserialize<T>(Base64Url.DecodeFromChars(text)) : null;
        }
        catch (JsonException)
        {
            return null; // not a token of ours
        }
    }

    private sealed record Header(
        [property: JsonPropertyName("alg")] string? Alg,
        [property: JsonPropertyName("typ")] string? Typ,
        [property: JsonPropertyName("kid")] string? Kid,
        [property: JsonPropertyName("crit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Crit);

    private sealed record Claims(
        [property: JsonPropertyName("iss")] string? Iss,
        [property: JsonPropertyName("aud")] string? Aud,
        [property: JsonPropertyName("sub")] string? Sub,
        [property: JsonPropertyName("sid")] string? Sid,
        [property: JsonPropertyName("name")] string? Name,
        [property: JsonPropertyName("roles")] IReadOnlyList<string>? Roles,
        [property: JsonPropertyName("iat")] long Iat,
        [property: JsonPropertyName("nbf")] long Nbf,
        [property: JsonPropertyName("exp")] long Exp);
}
