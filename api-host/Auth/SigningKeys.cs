using System.Buffers.Text;
using System.Security.Cryptography;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// The signing keys as this front end knows them: from the settings, or from the key ring's grain, asked again after a minute and
/// when a token names a key that is not known (once in 5 s at most). What the ring keeps is sealed under the master key, where there is one.
/// </summary>
public sealed class SigningKeys(IGrainFactory grains, IOptions<AuthOptions> options, SecretBox box, TimeProvider clock)
{
    private const int MinSecretBytes = 32;
    private const string Purpose = "access-token-key";
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnknownKidPause = TimeSpan.FromSeconds(5);

    /// <summary>Replaced whole by whoever asked the grain last; read by all.</summary>
    private volatile Known? known;

    /// <summary>The key that signs.</summary>
    public async ValueTask<Key> Newest() => (await Get(RefreshAfter)).Keys[0];

    /// <summary>The key of that name, or null.</summary>
    public async ValueTask<Key?> Find(string kid) =>
        Find(await Get(RefreshAfter), kid) ?? Find(await Get(UnknownKidPause), kid);

    /// <summary>Signs with a new key from now on, here; elsewhere within a minute.</summary>
    /// <returns>The names of the keys in force, the newest first.</returns>
    public async Task<IReadOnlyList<string>> Rotate(bool dropOld)
    {
        var ring = await Ring.Rotate(Fresh(), dropOld);
        known = null;
        return [.. ring.Keys.Select(key => key.Kid)];
    }

    private IKeyRingGrain Ring => grains.GetGrain<IKeyRingGrain>(IKeyRingGrain.AccessTokens);

    private static Key? Find(Known ring, string kid) => ring.Keys.FirstOrDefault(key => key.Kid == kid);

    private async ValueTask<Known> Get(TimeSpan maxAge)
    {
        var now = clock.GetTimestamp();
        if (known is { } fresh && (fresh.FromSettings || clock.GetElapsedTime(fresh.At, now) < maxAge))
        {
            return fresh;
        }

        if (options.Value.SigningKeys.Count > 0)
        {
            return known = new Known([.. options.Value.SigningKeys.Select(FromSetting)], now, FromSettings: true);
        }

        var keys = await Open(await Ring.Get(Fresh()));
        return keys.Count > 0
            ? known = new Known(keys, now, FromSettings: false)
            : throw new ProblemException(Problem.Unavailable(
                "The signing keys are sealed under a master key that this front end does not have; its operator has to give it that key, or Auth__SigningKeys__0."));
    }

    private string Fresh() => Sealed(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(MinSecretBytes)));

    private string Sealed(string secret) => box.HasKey ? box.Seal(secret, Purpose) : secret;

    // One from before it was sealed, or under an older master key, is sealed anew.
    private async Task<List<Key>> Open(KeyRing ring)
    {
        var keys = new List<Key>();
        foreach (var key in ring.Keys)
        {
            var isPlain = !key.Secret.Contains('.', StringComparison.Ordinal);
            if ((isPlain ? key.Secret : box.Open(key.Secret, Purpose)) is not { } secret)
            {
                continue;
            }

            keys.Add(new Key(key.Kid, Base64Url.DecodeFromChars(secret)));
            if (box.HasKey && (isPlain || box.IsStale(key.Secret)))
            {
                await Ring.Reseal(key.Kid, key.Secret, Sealed(secret));
            }
        }

        return keys;
    }

    private static Key FromSetting(string setting)
    {
        var parts = setting.Split(':');
        return parts.Length == 2 && parts[0].Length is > 0 and <= 64 && Base64Url.IsValid(parts[1])
            && Base64Url.DecodeFromChars(parts[1]) is { Length: >= MinSecretBytes } secret
                ? new Key(parts[0], secret)
                : throw new OptionsValidationException(nameof(AuthOptions), typeof(AuthOptions), ["Auth:SigningKeys takes kid:base64url with 256 bits at least."]);
    }

    /// <summary>One key.</summary>
    public sealed record Key(string Kid, byte[] Secret)
    {
        /// <summary>Without the secret, so that it does not end in a log.</summary>
        public override string ToString() => $"Key {Kid}";
    }

    private sealed record Known(IReadOnlyList<Key> Keys, long At, bool FromSettings);
}
