using Bourse.GrainRuntime.Cluster;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Hosting;

/// <summary>Adds a silo or a client to a host's services.</summary>
internal sealed class SiloOrClientBuilder(IServiceCollection services, IConfiguration configuration) : ISiloBuilder, IClientBuilder
{
    public IServiceCollection Services => services;

    public IConfiguration Configuration => configuration;

    public ISiloBuilder AddSilo()
    {
        if (AddRuntime(isSilo: true))
        {
            services.AddSingleton<ILocalSiloDetails, SiloDetails>();
            services.AddSingleton<SiloHost>();
            services.AddHostedService(provider => provider.GetRequiredService<SiloHost>());
        }

        return this;
    }

    public IClientBuilder AddClient()
    {
        if (AddRuntime(isSilo: false))
        {
            services.AddHostedService<ClientHost>();
        }

        return this;
    }

    /// <summary>False where it is there already: setting up goes on.</summary>
    private bool AddRuntime(bool isSilo)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(Role))?.ImplementationInstance is Role role)
        {
            return role.IsSilo == isSilo
                ? false
                : throw new OrleansConfigurationException("A host has one silo, which is a client too, or one client.");
        }

        services.AddSingleton(new Role(isSilo));
        services.AddOptions();
        services.AddLogging();
        services.AddOptions<ClusterOptions>();
        services.AddOptions<SiloMessagingOptions>();
        services.AddOptions<ClientMessagingOptions>();
        services.AddOptions<GrainCollectionOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new LocalRuntime(provider, isSilo));
        services.TryAddSingleton<IClusterClient>(provider => provider.GetRequiredService<LocalRuntime>().GrainFactory);
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<IClusterClient>());
        return true;
    }

    private sealed record Role(bool IsSilo);
}
