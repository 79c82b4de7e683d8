using System.Net;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Hosting;

/// <summary>Starts and stops the silo of a host.</summary>
internal sealed class SiloHost(LocalRuntime silo, IServiceProvider services, IOptions<LocalPorts> ports) : IHostedService
{
    private readonly SiloLifecycle _stages = new();
    private SiloAgent? _agent;
    private InProcessCluster? _cluster;
    private bool _isOwnCluster;
    private bool _isOver;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<LeaseTable>() is { } table)
        {
            (_cluster, _isOwnCluster) = (new InProcessCluster(silo.Time), true);
            silo.Join(_cluster);
            _agent = NewAgent(_cluster, table);
            _stages.Subscribe("Join", ServiceLifecycleStage.BecomeActive, _agent.Join, _ => _agent.Leave());
        }
        else
        {
            (_cluster, _isOwnCluster) = services.GetService<InProcessCluster>() is { } given
                ? (given, false)
                : LocalClusters.Enter(ports.Value, silo.Time);
            silo.Join(_cluster);
            _stages.Subscribe("Join", ServiceLifecycleStage.BecomeActive, _ => _cluster.Join(silo), _ => _cluster.Leave(silo));
        }

        foreach (var participant in services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
        {
            participant.Participate(_stages);
        }

        await _stages.OnStart(cancellationToken);
        silo.Logger.LogInformation(EngineEvents.SiloStarted, "{Silo} serves", silo.Name);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_cluster is null || _isOver)
        {
            return;
        }

        _isOver = true;
        await _stages.OnStop(cancellationToken);
        await Depart();
        silo.Logger.LogInformation(EngineEvents.SiloStopped, "{Silo} has stopped", silo.Name);
    }

    /// <summary>Ends the silo as a crash does.</summary>
    public async Task KillAsync()
    {
        if (_cluster is not null && !_isOver)
        {
            _isOver = true;
            await (_agent?.Kill() ?? _cluster.Kill(silo));
            await Depart();
        }
    }

    private SiloAgent NewAgent(InProcessCluster cluster, LeaseTable table)
    {
        var endpoint = services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        return new SiloAgent(
            cluster, silo, table, endpoint.SiloListeningEndpoint ?? new IPEndPoint(endpoint.AdvertisedIPAddress, endpoint.SiloPort),
            port => new IPEndPoint(endpoint.AdvertisedIPAddress, endpoint.SiloPort == 0 ? port : endpoint.SiloPort).ToString());
    }

    private async Task Depart()
    {
        _cluster!.Forget(silo);
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
            _cluster.Dispose();
            return;
        }

        LocalClusters.Leave(ports.Value, _cluster!);
        if (_isOwnCluster && _cluster!.Silos.Count == 0)
        {
            _cluster.Dispose();
        }
    }
}

/// <summary>Connects the client of a host.</summary>
internal sealed class ClientHost(LocalRuntime client, IServiceProvider services, IOptions<LocalPorts> ports) : IHostedService
{
    private InProcessCluster? _cluster;
    private ClientAgent? _agent;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<LeaseTable>() is { } table)
        {
            client.Join(_cluster = new InProcessCluster(client.Time));
            _cluster.Tune(client);
            return (_agent = new ClientAgent(_cluster, client, table)).Join(cancellationToken);
        }

        _cluster = services.GetService<InProcessCluster>() ?? LocalClusters.Find(ports.Value.GatewayPort)
            ?? throw new SiloUnavailableException($"No silo of this process has the gateway port {ports.Value.GatewayPort}.");
        client.Join(_cluster);
        _cluster.Tune(client);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _cluster?.Forget(client);
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
            _cluster!.Dispose();
        }
    }
}

/// <summary>Work at the start of a silo.</summary>
internal sealed class StartupTask(IServiceProvider services, Func<IServiceProvider, CancellationToken, Task> run, int stage)
    : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(StartupTask), stage, token => run(services, token));
}

/// <summary>Names of the silo.</summary>
internal sealed class SiloDetails(LocalRuntime silo, IOptions<ClusterOptions> cluster, IOptions<LocalPorts> ports) : ILocalSiloDetails
{
    private static int s_generation;
    private readonly int _generation = Interlocked.Increment(ref s_generation);

    public string Name => silo.Name;

    public string ClusterId => cluster.Value.ClusterId;

    public string DnsHostName => Dns.GetHostName();

    public SiloAddress SiloAddress => SiloAddress.New(IPAddress.Loopback, ports.Value.SiloPort, _generation);

    public SiloAddress GatewayAddress => SiloAddress.New(IPAddress.Loopback, ports.Value.GatewayPort, _generation);
}
