using System.Buffers.Text;
using System.Security.Cryptography;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// A refresh token: <c>user.family.secret</c>. The family names the session and is random; the secret is 256 random bits, of which only
/// the SHA-256 is kept.
/// </summary>
public sealed record RefreshToken(string UserId, string Family, string Secret)
{
    private const int FamilyBytes = 16;
    private const int SecretBytes = 32;
    private const int MaxLength = 256;

    public string SecretHash => Convert.ToHexString(SHA256.HashData(Base64Url.DecodeFromChars(Secret)));

    public static RefreshToken New(string userId) =>
        new(userId, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(FamilyBytes)), NewSecret());

    public RefreshToken Next() => this with { Secret = NewSecret() };

    public static bool TryParse(string text, out RefreshToken token)
    {
        token = new RefreshToken("", "", "");
        if (text.Length > MaxLength || text.Split('.', 4) is not [var user, var family, var secret]
            || !Guid.TryParseExact(user, "N", out _) || family.Length != 2 * FamilyBytes || !family.All(char.IsAsciiHexDigitLower)
            || !Base64Url.IsValid(secret, out var bytes) || bytes != SecretBytes)
        {
            return false;
        }

        token = new RefreshToken(user, family, secret);
        return true;
    }

    public override string ToString() => $"{UserId}.{Family}.{Secret}";

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
}
