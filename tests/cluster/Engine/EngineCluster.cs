using Orleans;
using Bourse.Tests.Cluster.Engine.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Silos in this process, for the tests of one class.</summary>
public class EngineCluster : IAsyncLifetime
{
    private readonly EngineAlarms _alarms = new();

    public InProcessTestCluster Cluster { get; private set; } = null!;

    public IGrainFactory Grains => Cluster.Client;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureHost(host => host.Logging.AddProvider(_alarms));
        builder.ConfigureSilo((_, silo) => Configure(silo));
        builder.ConfigureClient(Configure);
        Cluster = builder.Build();
        await Cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _alarms.Events.ShouldBeEmpty("no grain had to be dropped, and the engine itself did not fail");
    }

    protected virtual void Configure(ISiloBuilder silo)
    {
        silo.AddActivityPropagation();
        silo.AddMemoryStreams("memory");
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddMemoryGrainStorage("states");
        silo.AddMemoryGrainStorageAsDefault();
        silo.Services.AddKeyedSingleton<IGrainStorage>(FullStorage.Name, new FullStorage());
    }

    protected virtual void Configure(IClientBuilder client)
    {
        client.AddActivityPropagation();
        client.AddMemoryStreams("memory");
    }
}

/// <summary>A cluster whose mailboxes are small.</summary>
public sealed class NarrowCluster : EngineCluster
{
    public const int MailboxLimit = 10;

    protected override void Configure(ISiloBuilder silo)
    {
        base.Configure(silo);
        silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = MailboxLimit);
    }
}

/// <summary>A cluster whose calls time out soon: on a machine that is busy also those that a test waits for.</summary>
public sealed class ImpatientCluster : EngineCluster
{
    protected override void Configure(IClientBuilder client)
    {
        base.Configure(client);
        client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(1));
    }
}

/// <summary>A cluster that lets idle grains go at once.</summary>
public sealed class ForgetfulCluster : EngineCluster
{
    protected override void Configure(ISiloBuilder silo)
    {
        base.Configure(silo);
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = TimeSpan.FromMilliseconds(300);
            options.CollectionQuantum = TimeSpan.FromMilliseconds(100);
        });
    }
}
