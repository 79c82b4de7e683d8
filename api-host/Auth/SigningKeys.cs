using System.Buffers.Text;
using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// The signing keys as this front end knows them: from the settings, or from the key ring's grain, asked again after a minute and
/// when a token names a key that is not known (once in 5 s at most).
/// </summary>
public sealed class SigningKeys(IGrainFactory grains, IOptions<AuthOptions> options, TimeProvider clock)
{
    private const int MinSecretBytes = 32;
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnknownKidPause = TimeSpan.FromSeconds(5);

    /// <summary>Replaced whole by whoever asked the grain last; read by all.</summary>
    private volatile Known? known;

    /// <summary>The key that signs.</summary>
    public async ValueTask<Key> Newest() => (await Get(RefreshAfter)).Keys[0];

    /// <summary>The key of that name, or null.</summary>
    public async ValueTask<Key?> Find(string kid) =>
        Find(await Get(RefreshAfter), kid) ?? Find(await Get(UnknownKidPause), kid);

    /// <summary>Asks the ring anew at the next use.</summary>
    public void Forget() => known = null;

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

        var ring = await grains.GetGrain<IKeyRingGrain>(IKeyRingGrain.AccessTokens).Get();
        return known = new Known([.. ring.Keys.Select(key => new Key(key.Kid, Base64Url.DecodeFromChars(key.Secret)))], now, FromSettings: false);
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
