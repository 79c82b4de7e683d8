using System.Net;
using System.Net.Sockets;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Bourse.GrainRuntime.Hosting;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Silos and clients that know each other only by PostgreSQL and talk over sockets, though they are in one process.</summary>
public sealed class RemoteCluster : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];
    private int _made;

    private RemoteCluster(string connectionString) => ConnectionString = connectionString;

    public EngineAlarms Alarms { get; } = new();

    public string ConnectionString { get; }

    public IHost Client { get; private set; } = null!;

    public IClusterClient Grains => Client.Services.GetRequiredService<IClusterClient>();

    public IReadOnlyList<IHost> Silos => [.. _hosts.Where(host => host != Client)];

    /// <param name="connectionString">Null: a fresh database on the server of this test process.</param>
    /// <param name="proxy">Not null: stands before one more silo, the oldest.</param>
    internal static async Task<RemoteCluster> Start(int silos, string? connectionString = null, DroppingProxy? proxy = null)
    {
        var cluster = new RemoteCluster(connectionString ?? await TestServer.MakeDatabase());
        if (proxy is not null)
        {
            await cluster.StartSilo(proxy);
        }

        await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => cluster.StartSilo()));
        cluster.Client = await cluster.StartClient();
        return cluster;
    }

    internal static DroppingProxy NewProxy()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return new DroppingProxy(((IPEndPoint)free.LocalEndpoint).Port);
    }

    public static string NameOf(IHost silo) => silo.Services.GetRequiredService<Orleans.Runtime.ILocalSiloDetails>().Name;

    /// <param name="proxy">What others connect to in its place.</param>
    internal async Task<IHost> StartSilo(DroppingProxy? proxy = null)
    {
        var name = $"silo-{Interlocked.Increment(ref _made)}";
        var host = NewHost(builder => builder.UseOrleans(silo =>
        {
            silo.UseAdoNetClustering(options => options.ConnectionString = ConnectionOf(name));
            silo.ConfigureEndpoints(IPAddress.Loopback, proxy?.Port ?? 0, 0);
            if (proxy is not null)
            {
                silo.Configure<EndpointOptions>(options => options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, proxy.Target));
            }

            silo.Configure<SiloOptions>(options => options.SiloName = name);
            silo.AddMemoryStreams("memory");
            silo.AddMemoryGrainStorage("states");
            silo.AddMemoryGrainStorageAsDefault();
        }));
        await host.StartAsync();
        return host;
    }

    public async Task<IHost> StartClient()
    {
        var host = NewHost(builder => builder.UseOrleansClient(client =>
        {
            client.UseAdoNetClustering(options => options.ConnectionString = ConnectionString);
            client.AddMemoryStreams("memory");
        }));
        await host.StartAsync();
        return host;
    }

    public static string ConnectionOf(string connectionString, string name) =>
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name }.ConnectionString;

    public async Task Stop(IHost host)
    {
        lock (_hosts)
        {
            _hosts.Remove(host);
        }

        await host.StopAsync();
        host.Dispose();
    }

    /// <summary>As a crash: its lease has to run out.</summary>
    public async Task Kill(IHost silo)
    {
        await silo.Services.GetRequiredService<SiloHost>().KillAsync();
        await Stop(silo);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
        {
            await Stop(host);
        }

        Alarms.Events.ShouldBeEmpty("no grain had to be dropped, and the engine itself did not fail");
    }

    private string ConnectionOf(string name) => ConnectionOf(ConnectionString, $"{name}-{Guid.NewGuid():N}");

    private IHost NewHost(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(Alarms);
        configure(builder);
        var host = builder.Build();
        lock (_hosts)
        {
            _hosts.Add(host);
        }

        return host;
    }
}
