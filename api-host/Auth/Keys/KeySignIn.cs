using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Bourse.ApiHost.Security;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth.Keys;

/// <summary>
/// Signs programs in by an API key: by its secret, in the headers that Alpaca's clients send, or by a signature, where the secret stays at home.
/// </summary>
public sealed class KeySignIn(ApiKeys keys, SecretBox box, TimeProvider clock)
{
    public const string IdHeader = "APCA-API-KEY-ID";
    public const string SecretHeader = "APCA-API-SECRET-KEY";
    public const string TimestampHeader = "X-Bourse-Timestamp";
    public const string SignatureHeader = "X-Bourse-Signature";
    private const int MaxSignedBody = 64 * 1024;
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);

    public static bool IsAsked(HttpRequest request) => request.Headers.ContainsKey(IdHeader);

    /// <summary>The claims of the key's user, as far as the key's scopes go; null when it is not to be let in.</summary>
    public async Task<ClaimsIdentity?> SignIn(HttpContext context, string scheme)
    {
        var request = context.Request;
        if (await Find(request.Headers[IdHeader].ToString(), context.Connection.RemoteIpAddress) is not { } found)
        {
            return null;
        }

        var secret = request.Headers[SecretHeader].ToString();
        if (!(secret.Length > 0 ? IsEqual(HashOf(secret), found.Hash) : await IsSigned(request, found.Known.Key.Id, found.Hash)))
        {
            return null;
        }

        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, found.Known.Key.UserId),
            new(Caller.KeyClaim, found.Known.Key.Id),
            .. found.Known.Key.Scopes.Select(scope => new Claim(Caller.ScopeClaim, scope)),
            .. found.Known.Roles.Where(found.Known.Key.Scopes.Contains).Select(role => new Claim(ClaimTypes.Role, role)),
        ];
        return new ClaimsIdentity(claims, scheme);
    }

    /// <summary>Whom a key and its secret, sent in a message, stand for; null when they are not to be let in.</summary>
    public async Task<Caller?> SignIn(string keyId, string secret, IPAddress? address) =>
        await Find(keyId, address) is { } found && IsEqual(HashOf(secret), found.Hash) ? new Caller(found.Known.Key.UserId, KeyId: found.Known.Key.Id) : null;

    /// <summary>What is kept of a secret, in hexadecimal digits, and what a client signs with.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>
    /// HMAC-SHA-256, keyed with the 64 hexadecimal digits of the secret's SHA-256, of four lines: the timestamp in ms since 1970, the method, path and query
    /// as sent, and the body's SHA-256. In hexadecimal digits.
    /// </summary>
    public static string Sign(string hash, string timestamp, string method, string target, ReadOnlySpan<byte> body) => Convert.ToHexStringLower(
        HMACSHA256.HashData(
            Encoding.ASCII.GetBytes(hash),
            Encoding.UTF8.GetBytes($"{timestamp}\n{method}\n{target}\n{Convert.ToHexStringLower(SHA256.HashData(body))}")));

    /// <summary>What a key's hash is sealed for.</summary>
    public static string Purpose(string keyId) => "api-key:" + keyId;

    private async Task<(ApiKeys.Known Known, string Hash)?> Find(string keyId, IPAddress? address) =>
        await keys.Find(keyId) is { } known && IsFrom(known.Key, address) && box.Open(known.Key.SealedHash, Purpose(known.Key.Id)) is { } hash ? (known, hash) : null;

    private async Task<bool> IsSigned(HttpRequest request, string keyId, string hash)
    {
        var (timestamp, signature) = (request.Headers[TimestampHeader].ToString(), request.Headers[SignatureHeader].ToString());
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || Math.Abs(clock.GetUtcNow().ToUnixTimeMilliseconds() - ms) > s_window.TotalMilliseconds || request.ContentLength > MaxSignedBody)
        {
            return false;
        }

        request.EnableBuffering(MaxSignedBody, MaxSignedBody);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        return IsEqual(Sign(hash, timestamp, request.Method, target, body.GetBuffer().AsSpan(0, (int)body.Length)), signature)
            && await keys.UseSignature(keyId, signature, ms);
    }

    private static bool IsEqual(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private static bool IsFrom(ApiKeyView key, IPAddress? address)
    {
        if (key.Addresses.Count == 0)
        {
            return true;
        }

        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return plain is not null && key.Addresses.Any(network => IPNetwork.Parse(network).Contains(plain));
    }
}
