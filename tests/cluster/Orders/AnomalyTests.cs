using System.Collections.Concurrent;
using System.Diagnostics;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Breakers;
using Bourse.Silo.ReadModel.Verification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>What an anomaly of a symbol leads to, in the cluster. What is one is told by <c>tests/unit/Anomalies</c>.</summary>
public sealed class AnomalyTests
{
    private const int AnomalyFound = 4251;
    private static readonly TimeSpan s_betweenJumps = TimeSpan.FromSeconds(8);
    private readonly ConcurrentBag<string> _logged = [];
    private long _jumpedAt;
    private decimal _price = 100m;

    [Fact]
    public async Task A_jump_of_the_price_is_warned_of_in_the_log_and_in_the_audit_log_and_trading_goes_on()
    {
        await using var bourse = await Start(AnomalyAction.Warn, await Database());
        var trader = await bourse.OpenAccount();
        await trader.Place(bourse.Limit(Side.Buy, 1, 95m));

        await Eventually.Holds(async () =>
        {
            await JumpNowAndThen(bourse);
            return (await Audited(bourse)).Any(e => e.Event == "symbol.anomaly");
        });

        var entry = (await Audited(bourse)).First();
        (entry.Event, entry.Actor, entry.Details).ShouldBe(("symbol.anomaly", "platform", "price"));
        entry.Reason.ShouldContain("basis points");
        _logged.ShouldContain(line => line.Contains($"Book {BourseCluster.Symbol}: an anomaly of its price", StringComparison.Ordinal));
        (await bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol).GetAuction()).IsHalted.ShouldBeFalse();
        (await trader.Place(bourse.Limit(Side.Buy, 1, 95m))).Order!.Status.ShouldBe(OrderStatus.New);
    }

    [Fact]
    public async Task A_burst_of_orders_is_warned_of_too()
    {
        await using var bourse = await Start(AnomalyAction.Warn, await Database());
        var trader = await bourse.OpenAccount();

        await Eventually.Holds(async () =>
        {
            if (_jumpedAt == 0 || Stopwatch.GetElapsedTime(_jumpedAt) > s_betweenJumps)
            {
                _jumpedAt = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => trader.Place(bourse.Limit(Side.Buy, 1, 95m))));
            }

            return (await Audited(bourse)).Any(e => e is { Event: "symbol.anomaly", Details: "orders" });
        });
    }

    [Fact]
    public async Task A_jump_of_the_price_halts_the_symbol_orders_are_collected_and_an_auction_reopens_it_for_good()
    {
        var database = await Database();
        await using var bourse = await Start(AnomalyAction.Halt, database);
        var (house, trader) = (await bourse.OpenAccount(house: true), await bourse.OpenAccount());
        var book = bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol);
        await trader.Place(bourse.Limit(Side.Buy, 1, 95m));

        await Eventually.Holds(async () =>
        {
            await JumpNowAndThen(bourse);
            return (await book.GetAuction()) is { IsHalted: true, Code: "anomaly" };
        });
        (await house.Place(bourse.Limit(Side.Sell, 5, 98m))).Order!.Status.ShouldBe(OrderStatus.New);
        (await trader.Place(bourse.Limit(Side.Buy, 4, 102m))).Order!.Status.ShouldBe(OrderStatus.New);
        (await trader.Place(bourse.Market(Side.Buy, 1))).Order!.RejectCode.ShouldBe("auction");

        await Eventually.Holds(async () => (await trader.GetPortfolio()).Positions is [{ Quantity: 4 }]);
        // Three more looks: the move that the auction made is no anomaly of its own.
        var (halt, seen) = (await bourse.Grains.GetGrain<IHaltsGrain>(IHaltsGrain.Key).Get(-1), Stopwatch.StartNew());
        await Eventually.Holds(async () => seen.Elapsed > TimeSpan.FromSeconds(3) || (await book.GetAuction()).IsHalted);
        (await Audited(bourse)).Select(e => (e.Event, e.Details)).ShouldBe([("symbol.halted", "anomaly"), ("symbol.reopened", "anomaly")]);
        halt.Halts!.ShouldHaveSingleItem().Code.ShouldBe("anomaly");
        (await Verifier.Run(database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }

    private static Task<string> Database() => TestServer.MakeDatabase();

    private Task<BourseCluster> Start(AnomalyAction action, string database) => BourseCluster.Start(
        database, breakers: new BreakerOptions { Anomalies = action, AnomalyWarmUpSeconds = 5, PauseSeconds = 10 },
        configure: silo => silo.Services.AddSingleton<ILoggerProvider>(new Listener(_logged)));

    /// <summary>The first may come before there is anything to judge it by.</summary>
    private async Task JumpNowAndThen(BourseCluster bourse)
    {
        if (_jumpedAt == 0 || Stopwatch.GetElapsedTime(_jumpedAt) > s_betweenJumps)
        {
            (_jumpedAt, _price) = (Stopwatch.GetTimestamp(), _price == 100m ? 101m : 100m);
            var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            await bourse.Grains.GetGrain<IFeedGrain>(BourseCluster.Symbol).Push([new Tick(nowMs, _price, 1m, _price - 0.01m, 1m, _price + 0.01m, 1m)]);
        }
    }

    private static async Task<IEnumerable<AuditView>> Audited(BourseCluster bourse) =>
        (await bourse.Grains.GetGrain<IAuditGrain>(IAuditGrain.Key).Read(1, 100)).Entries.Where(e => e.Target == BourseCluster.Symbol);

    private sealed class Listener(ConcurrentBag<string> into) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == AnomalyFound)
            {
                into.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
