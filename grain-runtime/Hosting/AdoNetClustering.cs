using System.Data.Common;
using System.Net;
using Bourse.GrainRuntime.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Configuration
{
    /// <summary>The database that silos find each other by.</summary>
    public class AdoNetClusteringSiloOptions
    {
        /// <summary>Leads to the database. Its application name, which each process has one of its own of, names the sessions that end with the silo's lease.</summary>
        public string ConnectionString { get; set; } = "";

        /// <summary>Names the ADO.NET provider.</summary>
        /// <value>The embedded engine knows <c>Npgsql</c>, its default.</value>
        public string Invariant { get; set; } = "Npgsql";
    }

    /// <summary>The database that a client finds the silos by.</summary>
    public class AdoNetClusteringClientOptions
    {
        /// <summary>Leads to the database.</summary>
        public string ConnectionString { get; set; } = "";

        /// <summary>Names the ADO.NET provider.</summary>
        /// <value>The embedded engine knows <c>Npgsql</c>, its default.</value>
        public string Invariant { get; set; } = "Npgsql";
    }

    /// <summary>Where a silo listens.</summary>
    public class EndpointOptions
    {
        /// <summary>What others connect to.</summary>
        /// <value>Default 127.0.0.1 (Orleans: the first address of the machine).</value>
        public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;

        /// <summary>The port that others connect to.</summary>
        /// <value>Default 11111. The embedded engine takes a free one for 0.</value>
        public int SiloPort { get; set; } = 11111;

        /// <summary>The port for clients. The embedded engine has none: clients connect to <see cref="SiloPort"/>.</summary>
        public int GatewayPort { get; set; } = 30000;

        /// <summary>Where the silo listens, if elsewhere than others connect to.</summary>
        public IPEndPoint? SiloListeningEndpoint { get; set; }
    }
}

namespace Orleans.Hosting
{
    /// <summary>Silos find each other by a database.</summary>
    public static class AdoNetHostingExtensions
    {
        /// <summary>Lets silos and clients find each other by a database.</summary>
        /// <remarks>Narrower than in Orleans: PostgreSQL only, one cluster a database, in tables of Bourse's own schema; they hold the cluster's
        /// secret too.</remarks>
        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions)
        {
            builder.Configure(configureOptions);
            builder.Services.AddOptions<EndpointOptions>();
            builder.Services.TryAddSingleton(services =>
            {
                var options = services.GetRequiredService<IOptions<AdoNetClusteringSiloOptions>>().Value;
                return NewTable(options.Invariant, options.ConnectionString);
            });
            return builder;
        }

        /// <inheritdoc cref="UseAdoNetClustering(ISiloBuilder, Action{AdoNetClusteringSiloOptions})" />
        public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions)
        {
            builder.Configure(configureOptions);
            builder.Services.TryAddSingleton(services =>
            {
                var options = services.GetRequiredService<IOptions<AdoNetClusteringClientOptions>>().Value;
                return NewTable(options.Invariant, options.ConnectionString);
            });
            return builder;
        }

        private static LeaseTable NewTable(string invariant, string connectionString)
        {
            const string session = "Application Name";
            var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (!settings.ContainsKey(session))
            {
                settings[session] = $"orleans-{Guid.NewGuid():N}";
            }

            settings["Maximum Pool Size"] = 4;
            settings["Timeout"] = 3;
            settings["Command Timeout"] = 3;

            // A commit that waits for a standby and is cancelled counts as done, though the standby may never have it: it has to fail.
            settings["Cancellation Timeout"] = -1;
            return new LeaseTable(FactoryOf(invariant).CreateDataSource(settings.ConnectionString), (string)settings[session]);
        }

        private static DbProviderFactory FactoryOf(string invariant) =>
            DbProviderFactories.TryGetFactory(invariant, out var registered)
                ? registered
                : Type.GetType($"{invariant}.{invariant}Factory, {invariant}")?.GetField("Instance")?.GetValue(null) as DbProviderFactory
                    ?? throw new OrleansConfigurationException($"There is no ADO.NET provider {invariant} in this program.");
    }

    /// <summary>Where silos listen.</summary>
    public static class EndpointOptionsExtensions
    {
        /// <summary>Sets where the silo listens.</summary>
        public static ISiloBuilder ConfigureEndpoints(
            this ISiloBuilder builder, IPAddress advertisedIP, int siloPort, int gatewayPort, bool listenOnAnyHostAddress = false) =>
            builder.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = advertisedIP;
                options.SiloPort = siloPort;
                options.GatewayPort = gatewayPort;
                options.SiloListeningEndpoint = listenOnAnyHostAddress ? new IPEndPoint(IPAddress.Any, siloPort) : null;
            });
    }
}
