using System.Buffers.Text;
using System.Security.Cryptography;
using Bourse.Domain.Secrets;
using Bourse.GrainInterfaces.Venues;
using Bourse.Silo.Outside;
using Bourse.Silo.Venues;
using Bourse.Tests.Cluster.Orders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Cluster.Venues;

/// <summary>Keys that an operator has sealed, in a silo that knows the master keys.</summary>
public sealed class BrokerKeysTests
{
    private static readonly string s_old = "old:" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SealedText.KeyBytes));
    private static readonly string s_new = "new:" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SealedText.KeyBytes));

    [Fact]
    public async Task The_line_to_a_broker_comes_up_when_its_keys_are_set_and_either_master_key_opens_them()
    {
        var database = await TestServer.MakeDatabase();
        await using var broker = await FakeAlpaca.Start();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Venues:alpaca:Mode"] = "Paper",
            ["Venues:alpaca:Address"] = broker.Service.Address.ToString(),
            ["Venues:alpaca:Stream"] = broker.Service.Stream.ToString(),
            ["Secrets:MasterKeys:0"] = s_new,
            ["Secrets:MasterKeys:1"] = s_old,
        }).Build();
        await using var bourse = await BourseCluster.Start(database, configure: silo =>
        {
            silo.Services.AddSingleton<IConfiguration>(settings);
            silo.AddVenues();
        });
        var health = bourse.Cluster.GetSiloServiceProvider(bourse.Cluster.Silos[0].SiloAddress).GetRequiredService<OutsideServices>().Of(AlpacaBroker.Name);
        await Eventually.Holds(() => health.Text == "not connected (it has no keys)");
        var keys = bourse.Grains.GetGrain<IBrokerKeysGrain>(AlpacaBroker.Name);

        await keys.Set(new BrokerKeys("the-", Sealed(s_old, "broker:another"), TimeProvider.System.GetUtcNow()));
        await Eventually.Holds(() => health.Text == "not connected (its keys open under no master key of this process)");
        await keys.Set(new BrokerKeys("the-", Sealed(s_old, IBrokerKeysGrain.Purpose(AlpacaBroker.Name)), TimeProvider.System.GetUtcNow()));

        await Eventually.Holds(() => broker.HasLine);
        broker.Service.Said.ShouldContain("""{"action":"auth","key":"the-key","secret":"the-secret"}""");
    }

    private static string Sealed(string master, string purpose)
    {
        SealedText.TryReadKey(master, SealedText.KeyBytes, out var key).ShouldBeTrue();
        return SealedText.Seal("""{"key":"the-key","secret":"the-secret"}""", purpose, key, RandomNumberGenerator.GetBytes(SealedText.NonceBytes));
    }
}
