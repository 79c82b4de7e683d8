using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Risk;
using Bourse.Silo.ReadModel.Verification;
using Bourse.Tests.Cluster.Orders;

namespace Bourse.Tests.Cluster.Risk;

/// <summary>An account and the owner of its limits, in a cluster of two silos on a real PostgreSQL.</summary>
public sealed class LimitsTests : IAsyncLifetime
{
    private const int ForAsLongAsItTakes = 1_000_000;
    private string _database = "";
    private BourseCluster _bourse = null!;

    public async Task InitializeAsync()
    {
        _database = await TestServer.MakeDatabase();
        _bourse = await BourseCluster.Start(_database, silos: 2);
    }

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Fact]
    public async Task Limits_start_with_the_defaults_and_every_change_counts_up()
    {
        var trader = _bourse.Grains.GetGrain<IRiskLimitGrain>("trader-1");
        (await trader.Get()).ToDomain().ShouldBe(RiskLimits.Default);
        (await _bourse.Grains.GetGrain<IRiskLimitGrain>("house-mm-AAPL").Get()).ToDomain().ShouldBe(RiskLimits.House);

        var set = await trader.Set((await trader.Get()) with { MaxOpenOrders = 5, Version = 99 }, "officer", "too many orders");
        set.Version.ShouldBe(2);
        await _bourse.Cluster.DeactivateAsync(trader);

        (await trader.Get()).ShouldBe(set);
        await Should.ThrowAsync<ArgumentException>(() => trader.Set(set with { MaxPosition = -1m }, "officer", "why"));
        await Should.ThrowAsync<ArgumentException>(() => trader.Set(set, "officer", " "));
        await Should.ThrowAsync<ArgumentException>(() => trader.Set(set, "", "why"));
        (await trader.Get()).ShouldBe(set);
    }

    [Fact]
    public async Task New_limits_are_in_force_when_they_are_answered()
    {
        var account = await _bourse.OpenAccount();
        (await account.Place(_bourse.Limit(Side.Buy, 2, 99m))).Kind.ShouldBe(AnswerKind.Done);

        await Set(account, new AccountRules(), maxOrder: 1);

        (await account.Place(_bourse.Limit(Side.Buy, 2, 99m))).Code.ShouldBe("max_order_qty");
    }

    [Fact]
    public async Task Limits_that_cannot_be_read_stop_new_orders_but_no_cancel()
    {
        var account = await _bourse.OpenAccount();
        var placed = await account.Place(_bourse.Limit(Side.Buy, 1, 99m));
        placed.Kind.ShouldBe(AnswerKind.Done, $"{placed.Code}: {placed.Detail}");
        var order = placed.Order!;
        _bourse.Faults.FailBefore(nameof(IRiskLimitGrain.Get), ForAsLongAsItTakes);

        await Eventually.Holds(async () => (await account.Place(_bourse.Limit(Side.Buy, 1, 99m))).Kind == AnswerKind.Unavailable);
        (await account.Replace(order.Id, new OrderChanges(2, null, null))).Kind.ShouldBe(AnswerKind.Unavailable);
        (await account.Cancel(order.Id)).Kind.ShouldBe(AnswerKind.Done);

        _bourse.Faults.FailBefore(nameof(IRiskLimitGrain.Get), 0);
        await Eventually.Holds(async () => (await account.Place(_bourse.Limit(Side.Buy, 1, 99m))).Kind == AnswerKind.Done);
    }

    [Fact]
    public async Task A_days_loss_is_seen_while_nobody_orders_and_the_journal_verifies()
    {
        var (house, account) = (await _bourse.OpenAccount(house: true), await _bourse.OpenAccount());
        await house.Place(_bourse.Limit(Side.Sell, 100, 100m));
        (await account.Place(_bourse.Limit(Side.Buy, 100, 100m))).Order!.Status.ShouldBe(OrderStatus.Filled);
        await account.Place(_bourse.Limit(Side.Buy, 5, 99m));
        await Set(account, new AccountRules(DailyLossLimit: 500m));

        await _bourse.Grains.GetGrain<IFeedGrain>(BourseCluster.Symbol).Push(
            [new Tick(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1, 94m, 1m, 93.99m, 1m, 94.01m, 1m)]);

        await Eventually.Holds(async () => (await account.GetPortfolio()).StopCode == "daily_loss_limit" && (await account.GetOpenOrders()).Count == 0);
        (await account.Place(_bourse.Limit(Side.Buy, 1, 94m))).Code.ShouldBe("daily_loss_limit");
        (await account.Place(_bourse.Limit(Side.Sell, 100, 94m))).Kind.ShouldBe(AnswerKind.Done);
        await Eventually.Holds(async () => await Audited(account) is ["account.stopped daily_loss_limit"]);
        await _bourse.Cluster.DeactivateAsync(account);
        await Set(account, new AccountRules(DailyLossLimit: 50_000m));
        await Eventually.Holds(async () => await Audited(account) is ["account.stopped daily_loss_limit", "account.resumed "]);
        await Eventually.Holds(async () => (await Verifier.Run(_database, null, CancellationToken.None)).Errors.Count == 0);
    }

    [Fact]
    public async Task Below_the_maintenance_margin_what_could_grow_is_cancelled_and_the_audit_log_says_so()
    {
        var (house, account) = (await _bourse.OpenAccount(house: true), await _bourse.OpenAccount());
        await house.Place(_bourse.Limit(Side.Sell, 1_500, 100m));
        var half = new MarginRate(0.5m, 0.25m);
        await Set(account, new AccountRules(Margin: new MarginRates(half, half, half)));
        await Eventually.Holds(async () => (await account.Place(_bourse.Limit(Side.Buy, 1_500, 100m))).Order?.Status == OrderStatus.Filled);
        await account.Place(_bourse.Limit(Side.Buy, 5, 90m));

        await _bourse.Grains.GetGrain<IFeedGrain>(BourseCluster.Symbol).Push(
            [new Tick(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1, 40m, 1m, 39.99m, 1m, 40.01m, 1m)]);

        await Eventually.Holds(async () => (await account.GetOpenOrders()).Count == 0);
        await Eventually.Holds(async () => await Audited(account) is ["account.margin_call open orders cancelled: 1"]);
    }

    private async Task<string[]> Audited(IAccountGrain account) =>
    [
        .. (await _bourse.Grains.GetGrain<IAuditGrain>(IAuditGrain.Key).Read(1, 100)).Entries
            .Where(e => e.Target == account.GetPrimaryKeyString() && e.Actor == "platform").Select(e => $"{e.Event} {e.Details}"),
    ];

    private async Task Set(IAccountGrain account, AccountRules rules, decimal maxOrder = 1_000_000m)
    {
        var limits = RiskLimits.Default with { MaxOrderQuantity = maxOrder, Rules = rules };
        await _bourse.Grains.GetGrain<IRiskLimitGrain>(account.GetPrimaryKeyString()).Set(LimitsView.From(limits), "tester", "a test");
    }
}
