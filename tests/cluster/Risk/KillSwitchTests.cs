using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Risk;
using Bourse.Silo.ReadModel.Verification;
using Bourse.Tests.Cluster.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Cluster.Risk;

/// <summary>Kill switches in a cluster of three silos on a real PostgreSQL.</summary>
public sealed class KillSwitchTests : IAsyncLifetime
{
    private const int Accounts = 12;
    private const int ForAsLongAsItTakes = 1_000_000;
    private string _database = "";
    private BourseCluster _bourse = null!;

    private IKillSwitchGrain Switches => _bourse.Grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key);

    public async Task InitializeAsync()
    {
        _database = await TestServer.MakeDatabase();
        _bourse = await BourseCluster.Start(_database, silos: 3);
    }

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Fact]
    public async Task A_global_halt_comes_into_force_for_every_account_of_every_silo_and_is_lifted_again()
    {
        var accounts = await Open();

        await Set(SwitchScope.Global, "", TradingState.Halted);
        await Eventually.Holds(async () => (await PlaceAll(accounts)).All(a => a.Code == "trading_halted"));
        var open = (await accounts[0].GetOpenOrders())[0];
        (await accounts[0].Replace(open.Id, new OrderChanges(2, null, null))).Code.ShouldBe("trading_halted");
        (await accounts[0].Cancel(open.Id)).Kind.ShouldBe(AnswerKind.Done);

        await Set(SwitchScope.Global, "", TradingState.Active);
        await Eventually.Holds(async () => (await PlaceAll(accounts)).All(a => a.Kind == AnswerKind.Done));
    }

    [Fact]
    public async Task An_account_or_a_symbol_is_stopped_alone()
    {
        await _bourse.AddInstrument("MSFT", 100m);
        var (one, other) = (await _bourse.OpenAccount(), await _bourse.OpenAccount());

        await Set(SwitchScope.Account, one.GetPrimaryKeyString(), TradingState.Halted);
        await Set(SwitchScope.Symbol, "MSFT", TradingState.Reducing);

        await Eventually.Holds(async () => (await one.Place(_bourse.Limit(Side.Buy, 1, 99m))).Code == "trading_halted");
        await Eventually.Holds(async () => (await other.Place(Msft())).Code == "reduce_only");
        (await other.Place(_bourse.Limit(Side.Buy, 1, 99m))).Kind.ShouldBe(AnswerKind.Done);

        PlaceOrder Msft() => new(_bourse.Limit(Side.Buy, 1, 99m).Terms with { Symbol = "MSFT" });
    }

    [Fact]
    public async Task An_order_on_its_way_to_its_book_is_refused_there()
    {
        var account = await _bourse.OpenAccount();
        (await account.Place(_bourse.Limit(Side.Buy, 1, 99m))).Kind.ShouldBe(AnswerKind.Done);
        _bourse.Faults.FailBefore(nameof(IBookGrain.Submit), ForAsLongAsItTakes); // sent again once a second
        (await account.Place(_bourse.Limit(Side.Buy, 1, 99m, clientOrderId: "on-its-way"))).Kind.ShouldBe(AnswerKind.Unavailable);

        await Set(SwitchScope.Global, "", TradingState.Halted);
        foreach (var silo in _bourse.Cluster.Silos)
        {
            var copy = _bourse.Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<KillSwitches>();
            await Eventually.Holds(async () => (await copy.Get()).For("", BourseCluster.Symbol).State == TradingState.Halted, "its book knows");
        }

        _bourse.Faults.FailBefore(nameof(IBookGrain.Submit), 0);
        await Eventually.Holds(async () => (await account.GetOrderByClientOrderId("on-its-way"))?.Status == OrderStatus.Rejected);
        (await account.GetOrderByClientOrderId("on-its-way"))!.RejectCode.ShouldBe("trading_halted");
        (await account.GetPortfolio()).Held.ShouldBe(99m * 1.001m);
        (await Verifier.Run(_database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Open_orders_are_cancelled_when_asked()
    {
        var accounts = await Open();

        await Switches.Set(new SetSwitch(SwitchScope.Symbol, BourseCluster.Symbol, TradingState.Halted, "a test", "tester", CancelOrders: true));

        await Eventually.Holds(async () => (await Switches.Get(-1)).Switches!.All(s => !s.Canceling));
        foreach (var account in accounts)
        {
            (await account.GetOpenOrders()).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_switch_needs_a_reason_and_a_whole_scope()
    {
        await Should.ThrowAsync<ArgumentException>(() => Switches.Set(new SetSwitch(SwitchScope.Global, "", TradingState.Halted, " ", "tester", false)));
        await Should.ThrowAsync<ArgumentException>(() => Set(SwitchScope.Global, "AAPL", TradingState.Halted));
        await Should.ThrowAsync<ArgumentException>(() => Set(SwitchScope.Symbol, "", TradingState.Halted));
        (await Switches.Get(-1)).Switches.ShouldBe([]);
    }

    private Task<SwitchView> Set(SwitchScope scope, string id, TradingState state) =>
        Switches.Set(new SetSwitch(scope, id, state, "a test", "tester", CancelOrders: false));

    private async Task<IAccountGrain[]> Open()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, Accounts).Select(_ => _bourse.OpenAccount()));
        (await PlaceAll(accounts)).ShouldAllBe(a => a.Kind == AnswerKind.Done);
        return accounts;
    }

    private Task<OrderAnswer[]> PlaceAll(IAccountGrain[] accounts) => Task.WhenAll(accounts.Select(a => a.Place(_bourse.Limit(Side.Buy, 1, 99m))));
}
