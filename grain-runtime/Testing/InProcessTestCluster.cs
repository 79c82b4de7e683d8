using System.Collections.ObjectModel;
using Bourse.GrainRuntime.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>Several silos and a client in one process, joined by memory.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private readonly InProcessCluster _cluster = new(TimeProvider.System);
    private readonly List<InProcessSiloHandle> _silos = [];
    private IHost? _clientHost;
    private short _silosMade;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    /// <summary>What the cluster is made of.</summary>
    public InProcessTestClusterOptions Options { get; }

    /// <summary>A client.</summary>
    /// <exception cref="InvalidOperationException">The cluster is not deployed.</exception>
    public IClusterClient Client => _clientHost?.Services.GetRequiredService<IClusterClient>()
        ?? throw new InvalidOperationException("The cluster is not deployed.");

    /// <summary>All silos that were started and not removed.</summary>
    public ReadOnlyCollection<InProcessSiloHandle> Silos => new([.. _silos]);

    /// <summary>Starts the first silos and the client.</summary>
    public async Task DeployAsync()
    {
        await StartSilosAsync(Options.InitialSilosCount);
        if (Options.InitializeClientOnDeploy)
        {
            await InitializeClientAsync();
        }
    }

    /// <summary>Starts the client.</summary>
    public async Task InitializeClientAsync()
    {
        var builder = NewHost("TestClusterClient");
        builder.UseOrleansClient();
        Options.ClientHostConfigurationDelegates.ForEach(configure => configure(builder));
        _clientHost = builder.Build();
        await _clientHost.StartAsync();
    }

    /// <summary>Stops the client.</summary>
    public async Task StopClusterClientAsync()
    {
        if (_clientHost is { } host)
        {
            _clientHost = null;
            await host.StopAsync();
            host.Dispose();
        }
    }

    /// <summary>The silos that serve.</summary>
    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => [.. _silos.Where(silo => silo.IsActive)];

    /// <summary>Starts one more silo, and gives it its share of the grains.</summary>
    public async Task<InProcessSiloHandle> StartAdditionalSiloAsync() => (await StartSilosAsync(1))[0];

    /// <summary>Starts one more silo, and gives it its share of the grains.</summary>
    public InProcessSiloHandle StartAdditionalSilo() => StartAdditionalSiloAsync().GetAwaiter().GetResult();

    /// <summary>Starts more silos.</summary>
    public async Task<List<InProcessSiloHandle>> StartSilosAsync(int silosToStart)
    {
        var started = new List<InProcessSiloHandle>();
        for (var i = 0; i < silosToStart; i++)
        {
            var number = _silosMade++;
            started.Add(await CreateSiloAsync(new InProcessTestSiloSpecificOptions
            {
                SiloName = $"Silo_{number}",
                SiloPort = 1 + number,
                GatewayPort = 1_001 + number,
            }));
            started[i].InstanceNumber = number;
        }

        return started;
    }

    /// <summary>Starts a silo with these options.</summary>
    public async Task<InProcessSiloHandle> CreateSiloAsync(InProcessTestSiloSpecificOptions siloOptions)
    {
        var builder = NewHost(siloOptions.SiloName);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloOptions.SiloPort, siloOptions.GatewayPort, null, Options.ServiceId, Options.ClusterId);
            silo.Configure<SiloOptions>(options => options.SiloName = siloOptions.SiloName);
        });
        Options.SiloHostConfigurationDelegates.ForEach(configure => configure(siloOptions, builder));
        var host = builder.Build();
        await host.StartAsync();
        var handle = new InProcessSiloHandle
        {
            SiloHost = host,
            Name = siloOptions.SiloName,
            SiloAddress = host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress,
        };
        _silos.Add(handle);
        return handle;
    }

    /// <summary>Stops a silo cleanly: its grains finish what they do and live on elsewhere.</summary>
    public async Task StopSiloAsync(InProcessSiloHandle instance)
    {
        await instance.StopSiloAsync(stopGracefully: true);
        _silos.Remove(instance);
    }

    /// <summary>Ends a silo as a crash does.</summary>
    public async Task KillSiloAsync(InProcessSiloHandle instance)
    {
        await instance.StopSiloAsync(stopGracefully: false);
        _silos.Remove(instance);
    }

    /// <summary>Stops a silo cleanly and starts another in its place.</summary>
    public async Task<InProcessSiloHandle?> RestartSiloAsync(InProcessSiloHandle instance)
    {
        await StopSiloAsync(instance);
        return await StartAdditionalSiloAsync();
    }

    /// <summary>Stops all silos, the last one first.</summary>
    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        foreach (var silo in Enumerable.Reverse(_silos).ToList())
        {
            await StopSiloAsync(silo);
        }
    }

    /// <summary>The services of a silo; of the first one that serves, where none is named.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) =>
        (silo is null ? GetActiveSilos().First() : _silos.First(handle => handle.SiloAddress.Equals(silo))).ServiceProvider;

    /// <summary>The silo of an address; null where there is none.</summary>
    public InProcessSiloHandle? GetSiloForAddress(SiloAddress siloAddress) => _silos.FirstOrDefault(silo => silo.SiloAddress.Equals(siloAddress));

    /// <summary>Finds a grain's activation; false where it is not alive.</summary>
    public bool TryGetGrainContext(GrainId grainId, out IGrainContext? grainContext)
    {
        grainContext = _cluster.Find(grainId);
        return grainContext is not null;
    }

    /// <summary>Lets a grain go, and waits until it has.</summary>
    public Task DeactivateAsync(GrainId grainId)
    {
        if (!TryGetGrainContext(grainId, out var context))
        {
            return Task.CompletedTask;
        }

        context!.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "A test asked for it"));
        return context.Deactivated;
    }

    /// <summary>Lets a grain go, and waits until it has.</summary>
    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <summary>Returns at once: silos know of each other without delay.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAllSilosAsync();
        _cluster.Dispose();
    }

    private HostApplicationBuilder NewHost(string name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = name,
            EnvironmentName = Environments.Development,
        });
        builder.Services.AddSingleton(_cluster);
        return builder;
    }
}
