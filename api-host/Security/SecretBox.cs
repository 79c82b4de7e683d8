using System.Security.Cryptography;
using Bourse.ApiHost.Problems;
using Bourse.Domain.Secrets;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Security;

/// <summary>
/// Seals secrets that have to be kept readable (second factors, signing keys of API keys, keys of brokers) under a master key, as <see cref="SealedText"/> says. The
/// newest master key seals, all of them open: to rotate, a new one is put in front and secrets are sealed anew as they are used.
/// </summary>
/// <remarks><c>openssl</c> opens one without its check of the tag, because GCM is counter mode from 2 on: see the README.</remarks>
public sealed class SecretBox(IOptions<SecretOptions> options)
{
    private readonly Lazy<IReadOnlyList<MasterKey>> keys = new(() => [.. options.Value.MasterKeys.Select(Read)]);

    /// <summary>Whether the platform has a master key.</summary>
    public bool HasKey => keys.Value.Count > 0;

    /// <summary>Throws <see cref="ProblemException"/> (503) when there is no master key.</summary>
    public string Seal(string secret, string purpose)
    {
        var master = keys.Value.Count > 0 ? keys.Value[0] : throw NoKey();
        return SealedText.Seal(secret, purpose, master, RandomNumberGenerator.GetBytes(SealedText.NonceBytes));
    }

    /// <summary>The secret; null when the text is none of ours, was changed, was sealed for something else, or its master key is gone.</summary>
    public string? Open(string text, string purpose) => SealedText.Open(text, purpose, keys.Value);

    /// <summary>Whether a master key newer than the text's is there.</summary>
    public bool IsStale(string text) => keys.Value.Count > 0 && !text.StartsWith($"v1.{keys.Value[0].Kid}.", StringComparison.Ordinal);

    private static MasterKey Read(string setting) => SealedText.TryReadKey(setting, SealedText.KeyBytes, out var master) && master.Key.Length == SealedText.KeyBytes
        ? master
        : throw new OptionsValidationException(nameof(SecretOptions), typeof(SecretOptions), ["Secrets:MasterKeys takes kid:base64url of 256 bits."]);

    private static ProblemException NoKey() => new(Problem.Unavailable("This platform has no master key for secrets; its operator has to set one."));
}
