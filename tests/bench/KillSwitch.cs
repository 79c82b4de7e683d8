using System.Diagnostics;
using System.Globalization;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.GrainInterfaces.Risk;
using Bourse.Silo;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;

namespace Bourse.Bench;

/// <summary>
/// How long it takes from the call that sets the global kill switch to the refusal by the last account, in a cluster of three silos whose accounts are placing
/// orders all the while. Takes <c>--rounds</c> (40), <c>--accounts</c> (60) and <c>--rate</c> (2,000 orders/s).
/// </summary>
internal sealed class KillSwitch
{
    private const short Silos = 3;
    private const string Symbol = "BENCH";
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private long _haltedAt = long.MaxValue;
    private long _accepted;
    private int _orders;

    public static async Task<int> Run(string[] args)
    {
        var (rounds, accounts, rate) = (Option(args, "--rounds", 40), Option(args, "--accounts", 60), Option(args, "--rate", 2_000));
        await using var database = await BenchDatabase.Open();
        Console.WriteLine($"machine: {Machine.Describe()}; PostgreSQL {await database.Version()}, {await database.Durability()}");
        await using var storage = await SiloStorage.OpenAsync(
            database.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = new InProcessTestClusterBuilder(Silos);
        builder.ConfigureSilo((_, silo) => silo.AddBourseGrains(storage));
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        await new KillSwitch().Measure(cluster.Client, rounds, accounts, rate);
        return 0;
    }

    private async Task Measure(IGrainFactory grains, int rounds, int accounts, int rate)
    {
        var traders = await Prepare(grains, accounts);
        var switches = grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key);
        var refusals = traders.Select(account => new Trader(account)).ToArray();
        using var stop = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        var trading = Task.WhenAll(refusals.Select(trader => Trade(trader, TimeSpan.FromSeconds((double)accounts / rate), stop.Token)));
        var latency = new LatencyHistogram();
        var setting = new LatencyHistogram();
        for (var round = 0; round < rounds; round++)
        {
            var calledAt = Stopwatch.GetTimestamp();
            Volatile.Write(ref _haltedAt, calledAt);
            await switches.Set(new SetSwitch(SwitchScope.Global, "", TradingState.Halted, "bench", "bench", CancelOrders: false));
            setting.Add((long)Stopwatch.GetElapsedTime(calledAt).TotalMicroseconds);
            await Until(() => refusals.All(trader => trader.RefusedAt > calledAt));
            latency.Add((long)Stopwatch.GetElapsedTime(calledAt, refusals.Max(trader => trader.RefusedAt)).TotalMicroseconds);
            Volatile.Write(ref _haltedAt, long.MaxValue);
            await switches.Set(new SetSwitch(SwitchScope.Global, "", TradingState.Active, "bench", "bench", CancelOrders: false));
            await Until(() => refusals.All(trader => trader.AcceptedAt > trader.RefusedAt));
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await stop.CancelAsync();
        await trading;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Silos} silos, {accounts} accounts, {_accepted / elapsed.TotalSeconds:N0} orders/s accepted; {rounds} halts"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"switch durable: p50 {setting.PercentileMs(0.5):F0} ms, p99 {setting.PercentileMs(0.99):F0} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"call to the last account's refusal: p50 {latency.PercentileMs(0.5):F0} ms, p99 {latency.PercentileMs(0.99):F0} ms, max {latency.MaxUs / 1_000.0:F0} ms"));
    }

    // One order after the other, so that an account is asked again as soon as it has answered.
    private async Task Trade(Trader trader, TimeSpan pause, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var sentAt = Stopwatch.GetTimestamp();
            var answer = await trader.Account.Place(new PlaceOrder(new OrderTerms(
                Symbol, Side.Buy, OrderType.Limit, TimeInForce.Ioc, 1m, 95m, null, false, false, SelfTradePrevention.CancelNewest,
                $"k{Interlocked.Increment(ref _orders)}")));
            if (answer.Code == RefusalCode.TradingHalted && sentAt > Volatile.Read(ref _haltedAt))
            {
                trader.Refused(Stopwatch.GetTimestamp());
            }
            else if (answer.Kind == AnswerKind.Done)
            {
                trader.Accepted(Stopwatch.GetTimestamp());
                Interlocked.Increment(ref _accepted);
            }

            await Task.Delay(pause, CancellationToken.None);
        }
    }

    private static async Task<IAccountGrain[]> Prepare(IGrainFactory grains, int count)
    {
        await grains.GetGrain<ICatalogueGrain>("catalogue").Upsert(
            [new InstrumentView(Symbol, Symbol, AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, "always", InstrumentStatus.Open, 0m, 0m)]);
        await grains.GetGrain<IFeedGrain>(Symbol).Push(
            [new Tick(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 100m, 1m, 99m, 1m, 101m, 1m)]);
        return await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var id = Guid.NewGuid().ToString("N");
            var account = grains.GetGrain<IAccountGrain>(id);
            await account.Open(new OpenAccount(id, "USD", 1_000_000m));
            return account;
        }));
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            if (Stopwatch.GetElapsedTime(started) > s_deadline)
            {
                throw new TimeoutException("the switch did not come into force");
            }

            await Task.Delay(1);
        }
    }

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

    /// <summary>One account and when it last answered how. Written by its own loop, read by the measurement.</summary>
    private sealed class Trader(IAccountGrain account)
    {
        private long _refusedAt;
        private long _acceptedAt;
        private bool _isRefused;

        public IAccountGrain Account => account;

        /// <summary>The first refusal since the last order that was accepted.</summary>
        public long RefusedAt => Volatile.Read(ref _refusedAt);

        public long AcceptedAt => Volatile.Read(ref _acceptedAt);

        public void Refused(long at)
        {
            if (!_isRefused)
            {
                _isRefused = true;
                Volatile.Write(ref _refusedAt, at);
            }
        }

        public void Accepted(long at)
        {
            _isRefused = false;
            Volatile.Write(ref _acceptedAt, at);
        }
    }
}
