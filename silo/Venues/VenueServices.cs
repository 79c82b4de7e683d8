using Bourse.Grains.Venues;
using Bourse.Silo.Outside;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;

namespace Bourse.Silo.Venues;

/// <summary>What a silo needs to trade at outside brokers, for its composition root.</summary>
public static class VenueServices
{
    private static readonly string[] s_names = [AlpacaBroker.Name, BinanceBroker.Name];

    /// <summary>Adds the brokers that the settings under <c>Venues</c> turn on; none by default.</summary>
    public static ISiloBuilder AddVenues(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<VenueOptions>(AlpacaBroker.Name).BindConfiguration($"Venues:{AlpacaBroker.Name}").ValidateDataAnnotations();
        silo.Services.AddSingleton<IBroker>(provider => Make(provider, AlpacaBroker.Name, 180, AlpacaBroker.Address, (o, c, health, http, socket, time) =>
            new AlpacaBroker(o, c, health, http, socket, time)));
        silo.Services.AddOptions<VenueOptions>(BinanceBroker.Name).BindConfiguration($"Venues:{BinanceBroker.Name}").ValidateDataAnnotations();
        silo.Services.AddSingleton<IBroker>(provider => Make(provider, BinanceBroker.Name, 5_000, BinanceBroker.Address, (o, c, health, http, socket, time) =>
            new BinanceBroker(o, c, health, http, socket, time)));
        silo.Services.AddSingleton(provider => new VenueSymbols(s_names.Select(name => (name, Options(provider, name))).Where(v => v.Item2.Mode != VenueMode.Off)
            .Select(v => (v.name, (IEnumerable<string>)v.Item2.Symbols))));
        silo.Services.AddHostedService<VenueService>();
        return silo;
    }

    private static VenueOptions Options(IServiceProvider provider, string name) => provider.GetRequiredService<IOptionsMonitor<VenueOptions>>().Get(name);

    private static OutsideBroker Make(
        IServiceProvider provider, string name, int weight, Func<VenueOptions, Uri> address,
        Func<VenueOptions, BrokerCredentials, OutsideHealth, OutsideHttp, OutsideSocket, TimeProvider, OutsideBroker> make)
    {
        var options = Options(provider, name);
        var time = provider.GetRequiredService<TimeProvider>();
        var services = provider.GetRequiredService<OutsideServices>();
        var health = options.Mode == VenueMode.Off ? services.Apart(name) : services.Of(name);
        var credentials = new BrokerCredentials(
            name, options, provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IGrainFactory>(), time);
        var http = new OutsideHttp(address(options), new OutsideHttpOptions { WeightPerMinute = options.WeightPerMinute ?? weight }, health, time);
        var socket = new OutsideSocket(new OutsideSocketOptions(), health, time, provider.GetRequiredService<ILogger<VenueService>>());
        return make(options, credentials, health, http, socket, time);
    }
}
