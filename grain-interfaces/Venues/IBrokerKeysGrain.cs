namespace Bourse.GrainInterfaces.Venues;

/// <summary>The sealed keys of an outside venue; the grain's key is the venue's name.</summary>
/// <param name="KeyId">The first characters of the key, to tell keys apart.</param>
/// <param name="Sealed">The key and the secret, sealed for the purpose <see cref="IBrokerKeysGrain.Purpose"/>.</param>
/// <param name="SetAt">When they were set; sealing them anew does not change it.</param>
[GenerateSerializer, Immutable, Alias("bourse.broker-keys")]
public sealed record BrokerKeys(string KeyId, string Sealed, DateTimeOffset SetAt);

/// <summary>Keeps the keys with which the platform trades at an outside venue. It never sees them open.</summary>
[Alias("bourse.broker-keys-grain")]
public interface IBrokerKeysGrain : IGrainWithStringKey
{
    /// <summary>Null when none are set.</summary>
    [Alias("get")]
    Task<BrokerKeys?> Get();

    /// <summary>Puts keys in place of those before; durable when it comes back.</summary>
    [Alias("set")]
    Task Set(BrokerKeys keys);

    /// <summary>What a venue's keys are sealed for.</summary>
    static string Purpose(string venue) => $"broker:{venue}";
}
