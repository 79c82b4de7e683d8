using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bourse.Domain.Secrets;

/// <summary>A master key and its name.</summary>
/// <param name="Kid">1 to 64 letters, digits, '-' or '_'.</param>
/// <param name="Key">256 bits.</param>
public readonly record struct MasterKey(string Kid, byte[] Key);

/// <summary>
/// The form in which secrets are kept: AES-256-GCM, <c>v1.KID.NONCE.CIPHERTEXT.TAG</c>, the last three in base64url; what is authenticated beside the ciphertext is
/// <c>v1.KID.PURPOSE</c>, so that a secret sealed for one purpose opens for no other.
/// </summary>
public static class SealedText
{
    public const int KeyBytes = 32;

    public const int NonceBytes = 12;

    private const int TagBytes = 16;
    private const string Version = "v1";

    /// <param name="nonce">Random bytes, <see cref="NonceBytes"/> of them, never used before.</param>
    public static string Seal(string secret, string purpose, MasterKey master, ReadOnlySpan<byte> nonce)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var (sealedBytes, tag) = (new byte[plain.Length], new byte[TagBytes]);
        using var gcm = new AesGcm(master.Key, TagBytes);
        gcm.Encrypt(nonce, plain, sealedBytes, tag, Authenticated(master.Kid, purpose));
        return $"{Version}.{master.Kid}.{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(sealedBytes)}.{Base64Url.EncodeToString(tag)}";
    }

    /// <summary>The secret; null when the text is none of ours, was changed, was sealed for something else, or its master key is gone.</summary>
    public static string? Open(string text, string purpose, IEnumerable<MasterKey> masters)
    {
        if (text.Split('.') is not [Version, var kid, var nonce, var sealedText, var tag] || masters.FirstOrDefault(m => m.Kid == kid).Key is not { } key
            || !Base64Url.IsValid(nonce, out var nonceBytes) || nonceBytes != NonceBytes || !Base64Url.IsValid(tag, out var tagBytes) || tagBytes != TagBytes
            || !Base64Url.IsValid(sealedText, out var length))
        {
            return null;
        }

        try
        {
            var plain = new byte[length];
            using var gcm = new AesGcm(key, TagBytes);
            gcm.Decrypt(
                Base64Url.DecodeFromChars(nonce), Base64Url.DecodeFromChars(sealedText), Base64Url.DecodeFromChars(tag), plain, Authenticated(kid, purpose));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null; // somebody changed it, or it is for something else
        }
    }

    /// <summary>Reads a key as settings write it, <c>kid:base64url</c>: so many bytes at least.</summary>
    public static bool TryReadKey(string setting, int minBytes, out MasterKey master)
    {
        master = new MasterKey("", []);
        if (setting.Split(':') is not [var name, var text] || name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            || !Base64Url.IsValid(text, out var bytes) || bytes < minBytes)
        {
            return false;
        }

        master = new MasterKey(name, Base64Url.DecodeFromChars(text));
        return true;
    }

    private static byte[] Authenticated(string kid, string purpose) => Encoding.UTF8.GetBytes($"{Version}.{kid}.{purpose}");
}
