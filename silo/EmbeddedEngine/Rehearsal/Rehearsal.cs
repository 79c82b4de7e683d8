using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Instruments;
using Bourse.GrainInterfaces.Users;
using Bourse.Grains.Books;
using Bourse.Grains.Breakers;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Grains.Journal;
using Bourse.Grains.Risk;
using Bourse.Silo.MarketData;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Bourse.Silo.EmbeddedEngine;

/// <summary>
/// A trading day in miniature, in a silo of its own that keeps nothing. Code is compiled when it runs for the first time, which takes a thousand times as
/// long as the times after: a silo that is to join others does it before, because traders whose accounts have come to it would wait.
/// </summary>
internal sealed class Rehearsal(SiloStorage storage, ICandleStore candles, ILogger<Rehearsal> logger)
{
    private const string Symbol = "REHEARSAL";
    private const string Session = "rehearsal";
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly RehearsalJournal _journal = new(storage.Journal);
    private readonly RehearsalStorage _states = new(new PostgresGrainStorage(storage.Source));
    private readonly RehearsalCandles _candles = new(candles);

    /// <summary>Two days: on the second, grains come back from what they were on the first. A rehearsal that breaks off is told of, and nothing else.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(s_deadline);
            for (var day = 1; day <= 2; day++)
            {
                await Play(day).WaitAsync(deadline.Token);
            }
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            logger.LogWarning(exception, "The rehearsal broke off: the first grains here will take longer");
        }
    }

    private async Task Play(int day)
    {
        using var silo = NewSilo();
        await silo.StartAsync();
        try
        {
            var grains = silo.Services.GetRequiredService<IGrainFactory>();
            await OpenMarket(grains, silo.Services.GetRequiredService<InstrumentCatalogue>());
            await SignIn(grains.GetGrain<IUserGrain>(Session));
            await Trade(grains.GetGrain<IAccountGrain>($"{RiskLimitGrain.HousePrefix}{Session}"), grains.GetGrain<IAccountGrain>(Session), day);
            await grains.GetGrain<IBookGrain>(Symbol).GetDepth(10);
            await grains.GetGrain<IFeedGrain>(Symbol).GetQuote();
        }
        finally
        {
            await silo.StopAsync();
        }
    }

    private static async Task OpenMarket(IGrainFactory grains, InstrumentCatalogue catalogue)
    {
        await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Key).Upsert([new InstrumentView(
            Symbol, Symbol, AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, "always", InstrumentStatus.Open, 0.0005m, 0.001m)]);
        await catalogue.Refresh();
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await grains.GetGrain<IFeedGrain>(Symbol).Push([new Tick(nowMs, 100m, 1m, 99.99m, 1m, 100.01m, 1m)]);
    }

    private static async Task SignIn(IUserGrain user)
    {
        await user.Create(new CreateUser("rehearsal@bourse.example", Session, ""));
        await user.StartSession(new SessionStart(Session, "", null));
        await user.CheckSession(Session);
    }

    private static async Task Trade(IAccountGrain house, IAccountGrain trader, int day)
    {
        var orders = 0;
        PlaceOrder Limit(Side side, decimal quantity, decimal price, TimeInForce timeInForce = TimeInForce.Gtc) => new(new OrderTerms(
            Symbol, side, OrderType.Limit, timeInForce, quantity, price, null, false, false, SelfTradePrevention.CancelNewest, $"{day}-{++orders}"));

        await house.Open(new OpenAccount(Session, "USD", 100_000m, "house"));
        await trader.Open(new OpenAccount(Session, "USD", 100_000m));
        await trader.Watch();
        await house.Place(Limit(Side.Sell, 10, 100m));
        await trader.Place(Limit(Side.Buy, 2, 100m));
        await trader.Place(Limit(Side.Buy, 1, 100m, TimeInForce.Ioc));
        if ((await trader.Place(Limit(Side.Buy, 2, 99m))).Order is { } resting)
        {
            await trader.Replace(resting.Id, new OrderChanges(3, null, null));
            await trader.GetOrder(resting.Id);
            await trader.Cancel(resting.Id);
        }

        await trader.Place(Limit(Side.Buy, 2, 99m));
        await trader.GetOpenOrders();
        await trader.GetPortfolio();
        await trader.ReadOrderUpdates(0, 100);
        await house.CancelAll(null);
        await house.GetPortfolio();
    }

    private IHost NewSilo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.ServeAlone().AddBourseStreams();
            var services = silo.Services;
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton<IJournal>(_journal);
            services.AddKeyedSingleton<IGrainStorage>("bourse", _states);
            services.AddSingleton<IHistoryReader>(new HistoryReader(storage.ReadSource, TimeProvider.System));
            services.AddSingleton<ICandleStore>(_candles);
            services.AddSingleton<IBookDeadlines, RehearsalDeadlines>();
            services.AddSingleton<CommitPacer>();
            services.AddSingleton(new BreakerOptions());
            services.AddSingleton<KillSwitches>();
            services.AddHostedService(provider => provider.GetRequiredService<KillSwitches>());
            silo.AddFeeds(storage.Source);
        });
        return builder.Build();
    }
}
