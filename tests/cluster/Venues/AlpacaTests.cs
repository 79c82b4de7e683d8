using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Silo.ReadModel.Verification;
using Bourse.Silo.Venues;
using Bourse.Tests.Cluster.Orders;
using Bourse.Tests.Cluster.Outside;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrderTerms = Bourse.GrainInterfaces.Accounts.OrderTerms;

namespace Bourse.Tests.Cluster.Venues;

/// <summary>Orders through account, venue grain and adapter to a broker that speaks Alpaca's protocol, on a real PostgreSQL; whatever happens, the journal verifies.</summary>
public sealed class AlpacaTests : IAsyncLifetime
{
    private const string Symbol = "SPY";

    private string _database = "";
    private FakeAlpaca _broker = null!;
    private BourseCluster _bourse = null!;

    public async Task InitializeAsync()
    {
        _database = await TestServer.MakeDatabase();
        _broker = await FakeAlpaca.Start();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Venues:alpaca:Mode"] = "Paper",
            ["Venues:alpaca:Address"] = _broker.Service.Address.ToString(),
            ["Venues:alpaca:Stream"] = _broker.Service.Stream.ToString(),
            ["Venues:alpaca:Key"] = "the-key",
            ["Venues:alpaca:Secret"] = "the-secret",
            ["Venues:alpaca:WeightPerMinute"] = "100000",
        }).Build();
        _bourse = await BourseCluster.Start(_database, configure: silo =>
        {
            silo.Services.AddSingleton<IConfiguration>(settings);
            silo.AddVenues();
        });
        await _bourse.AddInstrument(Symbol, 100m, AlpacaBroker.Name);
        await Eventually.Holds(() => _broker.HasLine);
    }

    public async Task DisposeAsync()
    {
        await _bourse.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task An_order_goes_to_the_broker_and_its_fills_come_back_into_the_ledger()
    {
        var account = await _bourse.OpenAccount();

        var answer = await account.Place(Limit(Side.Buy, 10, 100m));

        (answer.Kind, answer.Order!.Status).ShouldBe((AnswerKind.Done, OrderStatus.New));
        var sent = _broker.Order(Id(answer));
        (sent["symbol"]!.ToString(), sent["qty"]!.ToString(), sent["limit_price"]!.ToString(), sent["side"]!.ToString(), sent["time_in_force"]!.ToString())
            .ShouldBe(("SPY", "10", "100", "buy", "gtc"));
        await _broker.Fill(Id(answer), 4, 99.9m);
        await Eventually.Holds(async () => (await account.GetOrder(answer.Order.Id))!.Status == OrderStatus.PartiallyFilled);
        await _broker.Fill(Id(answer), 6, 99.8m);
        await Eventually.Holds(async () => (await account.GetOrder(answer.Order.Id))!.Status == OrderStatus.Filled);
        var portfolio = await account.GetPortfolio();
        portfolio.Positions.Single().Quantity.ShouldBe(10);
        portfolio.Held.ShouldBe(0);
        var value = (4 * 99.9m) + (6 * 99.8m);
        portfolio.Cash.ShouldBe(100_000m - value - (value * 0.001m));
        var updates = await account.ReadOrderUpdates(0, 10);
        updates.Updates.Select(u => u.Event).ShouldBe(["new", "partial_fill", "fill"]);
        await ShouldVerify();
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_found_and_not_sent_twice()
    {
        var account = await _bourse.OpenAccount();
        _broker.LoseAnswers = 1;

        await account.Place(Limit(Side.Buy, 10, 100m, "lost-answer"));

        await Eventually.Holds(async () => (await account.GetOrderByClientOrderId("lost-answer"))!.Status == OrderStatus.New);
        (await account.Place(Limit(Side.Buy, 10, 100m, "lost-answer"))).Kind.ShouldBe(AnswerKind.Repeated);
        _broker.Placed.ShouldBe(1);
        await ShouldVerify();
    }

    [Fact]
    public async Task An_order_that_got_lost_on_its_way_is_sent_again_once_it_can_arrive_no_more()
    {
        var account = await _bourse.OpenAccount();
        _broker.LoseRequests = 1;

        var answer = await account.Place(Limit(Side.Buy, 10, 100m, "lost-request"));

        answer.Kind.ShouldBe(AnswerKind.Unavailable);
        await Eventually.Holds(async () => (await account.GetOrderByClientOrderId("lost-request"))!.Status == OrderStatus.New);
        _broker.Placed.ShouldBe(1);
        _broker.Service.Requests.Count(r => r == "POST /v2/orders").ShouldBe(2);
    }

    [Fact]
    public async Task What_the_broker_refuses_is_rejected_with_a_code_and_the_reservation_given_back()
    {
        var account = await _bourse.OpenAccount();

        var refused = await account.Place(Limit(Side.Buy, 600, 100m));
        var unsupported = await account.Place(new PlaceOrder(new OrderTerms(
            Symbol, Side.Buy, OrderType.Limit, TimeInForce.Gtc, 1, 100m, null, true, false, SelfTradePrevention.CancelNewest, "post-only")));

        (refused.Order!.Status, refused.Order.RejectCode).ShouldBe((OrderStatus.Rejected, "venue_insufficient_funds"));
        (unsupported.Order!.Status, unsupported.Order.RejectCode).ShouldBe((OrderStatus.Rejected, "venue_unsupported"));
        (await account.GetPortfolio()).Held.ShouldBe(0);
        await ShouldVerify();
    }

    [Fact]
    public async Task A_cancel_ends_the_order_at_the_broker_and_here()
    {
        var account = await _bourse.OpenAccount();
        var placed = await account.Place(Limit(Side.Buy, 10, 100m));
        await _broker.Fill(Id(placed), 3, 100m);

        await account.Cancel(placed.Order!.Id);

        await Eventually.Holds(async () => await account.GetOrder(placed.Order.Id) is { Status: OrderStatus.Canceled, FilledQuantity: 3m, RejectCode: null });
        _broker.Order(Id(placed))["status"]!.ToString().ShouldBe("canceled");
        (await account.Cancel(placed.Order.Id)).Code.ShouldBe("not_open");
        (await account.GetPortfolio()).Held.ShouldBe(0);
        await ShouldVerify();
    }

    [Fact]
    public async Task A_replace_puts_another_order_for_what_is_left_in_its_place()
    {
        var account = await _bourse.OpenAccount();
        var placed = await account.Place(Limit(Side.Buy, 10, 100m));
        await _broker.Fill(Id(placed), 3, 100m);

        await account.Replace(placed.Order!.Id, new OrderChanges(20, 99m, null));

        await Eventually.Holds(async () => await account.GetOrder(placed.Order.Id) is { Quantity: 20m, LimitPrice: 99m, FilledQuantity: 3m });
        var second = _broker.Order(Id(placed) + "-1");
        (second["qty"]!.ToString(), second["limit_price"]!.ToString()).ShouldBe(("17", "99"));
        await _broker.Fill(Id(placed) + "-1", 17, 99m);
        await Eventually.Holds(async () => (await account.GetOrder(placed.Order.Id))!.Status == OrderStatus.Filled);
        await ShouldVerify();
    }

    [Fact]
    public async Task Fills_that_the_line_missed_are_asked_for_at_the_next_connection_and_none_counts_twice()
    {
        var account = await _bourse.OpenAccount();
        var placed = await account.Place(Limit(Side.Buy, 10, 100m));
        await _broker.Fill(Id(placed), 1, 100m);
        await Eventually.Holds(async () => (await account.GetOrder(placed.Order!.Id))!.FilledQuantity == 1);
        _broker.IsSilent = true;
        await _broker.Fill(Id(placed), 2, 99m);
        await _broker.Fill(Id(placed), 3, 98m);
        _broker.IsSilent = false;
        _broker.DropLines();

        await Eventually.Holds(async () => (await account.GetOrder(placed.Order!.Id))!.FilledQuantity == 6);
        await Eventually.Holds(() => _broker.HasLine);
        await _broker.Fill(Id(placed), 4, 97m);
        await Eventually.Holds(async () => (await account.GetOrder(placed.Order!.Id))!.Status == OrderStatus.Filled);

        (await account.ReadOrderUpdates(0, 20)).Updates.Where(u => u.Fill is not null).Select(u => u.Fill!.Quantity).ShouldBe([1m, 2m, 3m, 4m]);
        await ShouldVerify();
    }

    [Fact]
    public async Task A_later_fill_that_arrives_alone_brings_the_missed_one_with_it()
    {
        var account = await _bourse.OpenAccount();
        var bought = await account.Place(Limit(Side.Buy, 10, 100m));
        _broker.IsSilent = true;
        await _broker.Fill(Id(bought), 4, 100m);
        _broker.IsSilent = false;

        await _broker.Fill(Id(bought), 6, 99m);

        await Eventually.Holds(async () => (await account.GetOrder(bought.Order!.Id))!.Status == OrderStatus.Filled);
        (await account.ReadOrderUpdates(0, 20)).Updates.Where(u => u.Fill is not null).Select(u => u.Fill!.Price).ShouldBe([100m, 99m]);
        await ShouldVerify();
    }

    [Fact]
    public async Task After_a_kill_of_the_silo_another_takes_the_line_and_what_happened_meanwhile_is_there()
    {
        var account = await _bourse.OpenAccount();
        var placed = await account.Place(Limit(Side.Buy, 10, 100m));
        await _bourse.Cluster.StartAdditionalSiloAsync();
        _broker.IsSilent = true;
        await _bourse.Cluster.KillSiloAsync(_bourse.Cluster.Silos[0]);
        await _broker.Fill(Id(placed), 10, 99m);

        await Eventually.Answers(() => account.GetPortfolio());
        await Eventually.Holds(async () => (await account.GetOrder(placed.Order!.Id))?.Status == OrderStatus.Filled);

        (await account.GetPortfolio()).Positions.Single().Quantity.ShouldBe(10);
        await ShouldVerify();
    }

    [Fact]
    public async Task While_the_broker_is_away_orders_are_rejected_and_the_platforms_own_books_go_on()
    {
        var account = await _bourse.OpenAccount();
        await _broker.DisposeAsync();

        var away = await account.Place(Limit(Side.Buy, 10, 100m));
        var own = await account.Place(_bourse.Limit(Side.Buy, 1, 99m));

        (away.Order!.Status, away.Order.RejectCode).ShouldBe((OrderStatus.Rejected, "venue_unavailable"));
        own.Order!.Status.ShouldBe(OrderStatus.New);
        await ShouldVerify();
    }

    [Theory]
    [InlineData("canceled", OrderStatus.Canceled, "venue_canceled")]
    [InlineData("rejected", OrderStatus.Canceled, "venue_rejected")]
    public async Task An_order_that_the_broker_lets_go_of_ends_here_with_its_code(string status, OrderStatus ended, string code)
    {
        var account = await _bourse.OpenAccount();
        var placed = await account.Place(Limit(Side.Buy, 10, 100m));

        await _broker.End(Id(placed), status);

        await Eventually.Holds(async () => (await account.GetOrder(placed.Order!.Id))!.Status == ended);
        (await account.GetOrder(placed.Order!.Id))!.RejectCode.ShouldBe(code);
        (await account.GetPortfolio()).Held.ShouldBe(0);
        await ShouldVerify();
    }

    [Fact]
    public async Task A_market_order_goes_as_a_limit_that_costs_no_more_than_was_reserved()
    {
        var account = await _bourse.OpenAccount();

        var placed = await account.Place(new PlaceOrder(new OrderTerms(
            Symbol, Side.Buy, OrderType.Market, TimeInForce.Ioc, 10, null, null, false, false, SelfTradePrevention.CancelNewest, "market")));
        await _broker.End(Id(placed), "canceled");

        var sent = _broker.Order(Id(placed));
        (sent["type"]!.ToString(), sent["time_in_force"]!.ToString()).ShouldBe(("limit", "ioc"));
        decimal.Parse(sent["limit_price"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(100m);
        await Eventually.Holds(async () => (await account.GetOrder(placed.Order!.Id)) is { Status: OrderStatus.Canceled, RejectCode: "ioc_remainder" });
    }

    private PlaceOrder Limit(Side side, decimal quantity, decimal price, string? clientOrderId = null) =>
        _bourse.Limit(side, quantity, price, clientOrderId: clientOrderId, symbol: Symbol);

    private static string Id(OrderAnswer answer) => answer.Order!.Id.ToString("N");

    private async Task ShouldVerify() => (await Verifier.Run(_database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
}
