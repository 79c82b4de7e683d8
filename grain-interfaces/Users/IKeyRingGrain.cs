namespace Bourse.GrainInterfaces.Users;

/// <summary>
/// The keys that sign access tokens, shared by all front ends; the key of the one grain is <see cref="AccessTokens"/>. Front ends make the secrets and seal them
/// under a master key that neither this grain nor its database has.
/// </summary>
[Alias("bourse.key-ring")]
public interface IKeyRingGrain : IGrainWithStringKey
{
    const string AccessTokens = "access-tokens";

    /// <summary>The ring; takes its first key when there is none, and a new one every 30 days.</summary>
    /// <param name="fresh">The secret of that key, should it be needed.</param>
    [Alias("get")]
    Task<KeyRing> Get(string fresh);

    /// <summary>Takes a new key now. Those before it go on verifying for a day, or not at all: then every token of before is worthless within a minute.</summary>
    [Alias("rotate")]
    Task<KeyRing> Rotate(string fresh, bool dropOld);

    /// <summary>Replaces a secret by the same one sealed anew; nothing when it is not as it was.</summary>
    [Alias("reseal")]
    Task Reseal(string kid, string before, string after);
}

/// <summary>Signing keys, the newest first: that one signs, all of them verify.</summary>
[GenerateSerializer, Immutable, Alias("bourse.key-ring-view")]
public sealed record KeyRing(IReadOnlyList<SigningKey> Keys);

/// <param name="Kid">Names the key in a token's header.</param>
/// <param name="Secret">256 random bits in base64url, sealed where the platform has a master key.</param>
[GenerateSerializer, Immutable, Alias("bourse.signing-key")]
public sealed record SigningKey(string Kid, string Secret, DateTimeOffset CreatedAt)
{
    /// <summary>Without the secret, so that it does not end in a log.</summary>
    public override string ToString() => $"SigningKey {Kid}";
}
