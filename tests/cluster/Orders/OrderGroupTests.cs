using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.Silo.ReadModel.Verification;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>Order groups through account and book, with calls that fail and grains that come back from their journals.</summary>
public sealed class OrderGroupTests : IAsyncLifetime
{
    private BourseCluster _bourse = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestServer.MakeDatabase();
        _bourse = await BourseCluster.Start(_database);
    }

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bracket_whose_call_or_answer_is_lost_has_each_leg_once(bool before)
    {
        var (house, trader) = (await _bourse.OpenAccount(house: true), await _bourse.OpenAccount());
        await house.Place(_bourse.Limit(Side.Sell, 4, 100m));
        if (before)
        {
            _bourse.Faults.FailBefore(nameof(IBookGrain.Submit));
        }
        else
        {
            _bourse.Faults.FailAfter(nameof(IBookGrain.Submit));
        }

        await trader.Place(Bracket("group"));

        await Eventually.Holds(async () => (await trader.GetOrderByClientOrderId("group"))?.Legs is [{ Status: OrderStatus.New }, { Status: OrderStatus.Held }]);
        var repeated = await trader.Place(Bracket("group"));
        repeated.Kind.ShouldBe(AnswerKind.Repeated);
        repeated.Order!.Legs!.Select(l => l.Quantity).ShouldBe([4m, 4m]);
        var depth = await _bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol).GetDepth(5);
        depth.Asks.ShouldBe([new DepthLevel(105m, 4m, 1)]);
        depth.Bids.ShouldBe([new DepthLevel(100m, 6m, 1)]);
        _bourse.Faults.AreSpent.ShouldBeTrue();
        await ShouldVerify();
    }

    [Fact]
    public async Task Legs_that_traded_while_their_account_and_book_were_away_end_together()
    {
        var (house, trader) = (await _bourse.OpenAccount(house: true), await _bourse.OpenAccount());
        await house.Place(_bourse.Limit(Side.Sell, 10, 100m));
        var placed = await trader.Place(Bracket("group"));
        placed.Order!.Status.ShouldBe(OrderStatus.Filled);
        await Forget(trader);
        await Forget(_bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol));

        await house.Place(_bourse.Limit(Side.Buy, 4, 105m));
        await Eventually.Holds(async () => (await trader.GetOrderByClientOrderId("group"))?.Legs is [{ FilledQuantity: 4 }, { Quantity: 6 }]);
        await Forget(_bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol));
        await house.Place(_bourse.Limit(Side.Buy, 6, 105m));

        await Eventually.Holds(async () =>
            (await trader.GetOrderByClientOrderId("group"))?.Legs is [{ Status: OrderStatus.Filled }, { Status: OrderStatus.Canceled, RejectCode: "oco" }]);
        (await trader.GetPortfolio()).Positions.ShouldBeEmpty();
        (await trader.GetOpenOrders()).ShouldBeEmpty();
        await ShouldVerify();
    }

    private PlaceOrder Bracket(string clientOrderId) => new(
        _bourse.Limit(Side.Buy, 10, 100m, clientOrderId: clientOrderId).Terms with
        {
            Advanced = new AdvancedTermsView(Group: new OrderGroupView(OrderClass.Bracket, 105m, 95m, null)),
        });

    /// <summary>Lets a grain go; its next activation is made of its journal.</summary>
    private Task Forget(IAddressable grain) => _bourse.Cluster.DeactivateAsync(grain);

    private async Task ShouldVerify()
    {
        var result = await Verifier.Run(_database, null, CancellationToken.None);
        result.Errors.ShouldBeEmpty();
    }
}
