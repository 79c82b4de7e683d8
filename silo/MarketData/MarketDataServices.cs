using Bourse.GrainInterfaces.History;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Silo.MarketData.Live;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Bourse.Silo.Venues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans;
using Orleans.Hosting;

namespace Bourse.Silo.MarketData;

/// <summary>What a silo needs for market data, for its composition root.</summary>
public static class MarketDataServices
{
    /// <summary>
    /// Adds what the feed grains need: where their bars are kept and missed trades are read, and the silo's copies of instruments and reference prices.
    /// Needs a <see cref="TimeProvider"/> and an <see cref="IHistoryReader"/> beside it.
    /// </summary>
    /// <param name="source">Open until the container has been disposed of.</param>
    public static ISiloBuilder AddFeeds(this ISiloBuilder silo, NpgsqlDataSource source)
    {
        var services = silo.Services;
        services.AddOptions<FeedOptions>().BindConfiguration("Feeds").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<ITradeHistory, TradeHistory>();
        services.TryAddSingleton<ICandleStore>(provider => new CandleStore(
            source, new MonthlyPartitions(source), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CandleStore>>()));
        services.TryAddSingleton<QuoteBoard>();
        if (services.All(s => s.ServiceType != typeof(InstrumentCatalogue)))
        {
            services.AddSingleton<InstrumentCatalogue>();
            services.AddHostedService(provider => provider.GetRequiredService<InstrumentCatalogue>());
        }

        return silo;
    }

    /// <summary>Runs the configured source in one silo of the cluster.</summary>
    public static ISiloBuilder AddMarketData(this ISiloBuilder silo, Action<MarketDataOptions> configure)
    {
        silo.Services.AddOptions<MarketDataOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart()
            .Validate(o => ReplaySpeed.TryParse(o.Speed, out _), "The replay's speed is 'max' or a factor from 0.001 to 1,000,000.")
            .Validate(o => o.Source != MarketDataKind.Replay || o.Files.Count > 0, "A replay needs at least one file.");
        silo.Services.TryAddSingleton<Func<MarketPump>>(provider => () => new MarketPump(
            provider.GetRequiredService<IGrainFactory>(),
            provider.GetRequiredService<InstrumentCatalogue>(),
            provider.GetRequiredService<IOptions<MarketDataOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<MarketPump>>(),
            provider.GetService<VenueSymbols>()));
        silo.Services.AddOptions<LiveMarketOptions>().BindConfiguration("MarketData").ValidateDataAnnotations();
        silo.Services.TryAddSingleton<ProviderFactory>();
        silo.Services.TryAddSingleton<Func<LiveSource>>(provider => () => MakeLive(provider));
        silo.Services.AddHostedService<MarketDataService>();
        silo.Services.AddHealthChecks().AddCheck<MarketDataCheck>("market_data", tags: ["ready"]);
        return silo;
    }

    private static LiveSource MakeLive(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<LiveMarketOptions>>().Value;
        var factory = provider.GetRequiredService<ProviderFactory>();
        return new LiveSource(
            [.. options.Providers.Select(factory.Make)], options, InstrumentDefaults.For, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LiveSource>>());
    }
}
