using System.Text.Json;
using Bourse.Domain.Secrets;
using Bourse.GrainInterfaces.Venues;
using Bourse.Silo.Outside;
using Microsoft.Extensions.Configuration;
using Orleans;

namespace Bourse.Silo.Venues;

/// <summary>A broker's key and secret; its text holds neither.</summary>
public sealed record BrokerKey(string Key, string Secret)
{
    public override string ToString() => "a broker's key";
}

/// <summary>
/// The keys of one venue: from its settings, else what an operator has sealed. Those are read anew after <see cref="s_fresh"/>, so that new ones are in force soon
/// without a restart.
/// </summary>
public sealed class BrokerCredentials(string venue, VenueOptions options, IConfiguration configuration, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    // Replaced whole; whoever reads an old one asks once more than needed.
    private volatile Known? _known;

    /// <exception cref="OutsideException">There are none, or they cannot be opened.</exception>
    public async ValueTask<BrokerKey> Get()
    {
        if (options is { Key.Length: > 0, Secret.Length: > 0 })
        {
            return new BrokerKey(options.Key, options.Secret);
        }

        if (_known is { } known && time.GetElapsedTime(known.At) < s_fresh)
        {
            return known.Key;
        }

        var key = Open(await Read());
        _known = new Known(key, time.GetTimestamp());
        return key;
    }

    private async Task<BrokerKeys?> Read()
    {
        try
        {
            return await grains.GetGrain<IBrokerKeysGrain>(venue).Get();
        }
        catch (Exception away) when (away is TimeoutException or Orleans.Runtime.OrleansException)
        {
            throw new OutsideException(OutsideFault.NotDone, "its keys cannot be read now", away);
        }
    }

    private BrokerKey Open(BrokerKeys? keys)
    {
        var sealedText = keys?.Sealed ?? throw new OutsideException(OutsideFault.NotDone, "it has no keys");
        var masters = configuration.GetSection("Secrets:MasterKeys").GetChildren()
            .Select(m => SealedText.TryReadKey(m.Value ?? "", SealedText.KeyBytes, out var master) ? master : default).Where(m => m.Key is not null);
        return SealedText.Open(sealedText, IBrokerKeysGrain.Purpose(venue), masters) is { } text
            ? JsonSerializer.Deserialize<BrokerKey>(text, JsonSerializerOptions.Web)!
            : throw new OutsideException(OutsideFault.NotDone, "its keys open under no master key of this process");
    }

    private sealed record Known(BrokerKey Key, long At);
}
