namespace Bourse.GrainInterfaces.Users;

/// <summary>One API key of a program; the key is its id. Of its secret only a sealed hash comes here.</summary>
[Alias("bourse.api-key")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    /// <summary>Makes the key; once.</summary>
    [Alias("create")]
    Task<ApiKeyView> Create(CreateApiKey command);

    /// <summary>The key, or null when there is none or it was revoked.</summary>
    [Alias("get")]
    Task<ApiKeyView?> Get();

    /// <summary>Ends the key for ever; harmless when repeated.</summary>
    [Alias("revoke")]
    Task Revoke();

    /// <summary>
    /// Takes a signature as used; false when it was used before, or its time is not within 30 s of now or before this grain can know: right after a restart
    /// a request that was signed before it is refused, and signed anew it is taken.
    /// </summary>
    [Alias("use-signature")]
    Task<bool> UseSignature(string signature, long timestampMs);
}

/// <summary>A new key.</summary>
/// <param name="SealedHash">The SHA-256 of the secret, sealed under the master key.</param>
/// <param name="Addresses">Networks in CIDR notation that it may be used from; empty = from anywhere.</param>
[GenerateSerializer, Immutable, Alias("bourse.create-api-key")]
public sealed record CreateApiKey(string UserId, string Name, string SealedHash, IReadOnlyList<string> Scopes, IReadOnlyList<string> Addresses);

/// <summary>A key as it stands.</summary>
[GenerateSerializer, Immutable, Alias("bourse.api-key-view")]
public sealed record ApiKeyView(
    string Id, string UserId, string Name, string SealedHash, IReadOnlyList<string> Scopes, IReadOnlyList<string> Addresses, DateTimeOffset CreatedAt)
{
    /// <summary>Without the hash, so that it does not end in a log.</summary>
    public override string ToString() => $"ApiKey {Id}";
}
