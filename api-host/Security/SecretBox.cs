using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Bourse.ApiHost.Problems;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Security;

/// <summary>
/// Seals secrets that have to be kept readable (second factors, signing keys of API keys, keys of brokers) under a master key: AES-256-GCM, a random
/// 96-bit nonce each. A sealed text is <c>v1.KID.NONCE.CIPHERTEXT.TAG</c>, the last three in base64url; what is authenticated beside the
/// ciphertext is <c>v1.KID.PURPOSE</c>, so that a secret sealed for one purpose opens for no other. The newest master key seals, all of them open: to
/// rotate, a new one is put in front and secrets are sealed anew as they are used.
/// </summary>
/// <remarks><c>openssl</c> opens one without its check of the tag, because GCM is counter mode from 2 on: see the README.</remarks>
public sealed class SecretBox(IOptions<SecretOptions> options)
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const string Version = "v1";

    private readonly Lazy<IReadOnlyList<(string Kid, byte[] Key)>> keys = new(() => [.. options.Value.MasterKeys.Select(Read)]);

    /// <summary>Throws <see cref="ProblemException"/> (503) when there is no master key.</summary>
    public string Seal(string secret, string purpose)
    {
        var (kid, key) = keys.Value.Count > 0 ? keys.Value[0] : throw NoKey();
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var plain = Encoding.UTF8.GetBytes(secret);
        var (sealedBytes, tag) = (new byte[plain.Length], new byte[TagBytes]);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Encrypt(nonce, plain, sealedBytes, tag, Authenticated(kid, purpose));
        return $"{Version}.{kid}.{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(sealedBytes)}.{Base64Url.EncodeToString(tag)}";
    }

    /// <summary>The secret; null when the text is none of ours, was changed, was sealed for something else, or its master key is gone.</summary>
    public string? Open(string text, string purpose)
    {
        if (text.Split('.') is not [Version, var kid, var nonce, var sealedText, var tag] || keys.Value.FirstOrDefault(k => k.Kid == kid).Key is not { } key
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

    /// <summary>Whether a master key newer than the text's is there.</summary>
    public bool IsStale(string text) => keys.Value.Count > 0 && !text.StartsWith($"{Version}.{keys.Value[0].Kid}.", StringComparison.Ordinal);

    private static byte[] Authenticated(string kid, string purpose) => Encoding.UTF8.GetBytes($"{Version}.{kid}.{purpose}");

    private static (string Kid, byte[] Key) Read(string setting) =>
        SecretOptions.TryRead(setting, KeyBytes, out var kid, out var key) && key.Length == KeyBytes
            ? (kid, key)
            : throw new OptionsValidationException(nameof(SecretOptions), typeof(SecretOptions), ["Secrets:MasterKeys takes kid:base64url of 256 bits."]);

    private static ProblemException NoKey() => new(Problem.Unavailable("This platform has no master key for secrets; its operator has to set one."));
}
