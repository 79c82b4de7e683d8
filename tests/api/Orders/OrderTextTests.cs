using System.Text.Json;
using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.Tests.Api.Orders;

/// <summary>What the hub writes without an object between is what REST writes with one.</summary>
public sealed class OrderTextTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    private readonly InstrumentCache _instruments = new(grains: null!, TimeProvider.System);

    public static TheoryData<string> Orders => [.. Views().Keys];

    [Theory]
    [MemberData(nameof(Orders))]
    public void An_order_reads_on_the_hub_as_in_REST(string name)
    {
        var shape = new OrderShape(_instruments);
        var order = Views()[name];
        Json(shape.Text(order)).ShouldBe(Json(shape.Order(order)));
    }

    [Fact]
    public void Prices_have_the_decimals_of_their_step()
    {
        var text = Json(new OrderText(Plain with { LimitPrice = 178.5m, StopPrice = 180m, FilledAveragePrice = 178.333333333333m }, TickSize: 0.01m));
        text.ShouldContain("\"limit_price\":\"178.50\",\"stop_price\":\"180.00\"");
        text.ShouldContain("\"filled_avg_price\":\"178.333333333\"");
    }

    [Fact]
    public void So_have_those_of_legs_but_no_percentage_has()
    {
        var leg = Plain with { LimitPrice = 200m, Advanced = new AdvancedTermsView(TrailPrice: 1.5m) };
        var text = Json(new OrderText(Plain with { Advanced = new AdvancedTermsView(TrailPercent: 2m), Legs = [leg] }, TickSize: 0.01m));
        text.ShouldContain("\"trail_percent\":\"2\"");
        text.ShouldContain("\"limit_price\":\"200.00\"");
        text.ShouldContain("\"trail_price\":\"1.50\"");
    }

    [Fact]
    public void An_event_tells_its_number_its_order_and_its_fill()
    {
        var update = new OrderUpdate(7, "fill", Plain, new FillView("B-1", 178.5m, 2m, "taker", 0.10m), Time);
        var order = Json(new OrderText(Plain, 0.01m));
        Json(new OrderUpdateText(update, 42, 0.01m)).ShouldBe(
            $"{{\"seq\":7,\"epoch\":42,\"event\":\"fill\",\"order\":{order},\"fill\":{{\"trade_id\":\"B-1\",\"price\":\"178.50\",\"qty\":\"2\",\"liquidity\":\"taker\",\"fee\":\"0.1\"}}}}");
        Json(new OrderUpdateText(update with { Event = "new", Fill = null }, 42, 0.01m)).ShouldBe($"{{\"seq\":7,\"epoch\":42,\"event\":\"new\",\"order\":{order}}}");
    }

    [Fact]
    public void An_account_and_its_positions_read_on_the_hub_as_in_REST()
    {
        var shape = new PortfolioShape(new OrderShape(_instruments));
        var position = new PositionView("AAPL", -2.50m, 178.1234567894m, null, -445.25m, 0.1m, 1m / 3, 0m);
        var portfolio = new PortfolioView(
            "A", "USD", 100_000.00m, 1m / 7, 5m, 0m, -1.10m, 2m, 3m, [position, position with { Symbol = "B", Quantity = 0 }, position with { Symbol = "C", CurrentPrice = 1.50m }]);
        Json(shape.Text(position)).ShouldBe(Json(shape.Position(position)));
        Json(shape.Text(portfolio)).ShouldBe(Json(shape.Portfolio(portfolio)));
        var margin = portfolio with { InitialMargin = 12.340m, MaintenanceMargin = 1m / 3, StopCode = "daily_loss" };
        Json(shape.Text(margin)).ShouldBe(Json(shape.Portfolio(margin)));
    }

    public void Dispose() => _instruments.Dispose();

    private static OrderView Plain => new(
        Guid.Parse("01234567-89ab-7def-8123-456789abcdef"), "c \"1\" ü<&>", "AAPL", Side.Buy, OrderType.Limit, TimeInForce.Gtc, 10m, 2.50m, null, 178.5m, null, PostOnly: true,
        ReduceOnly: false, SelfTradePrevention.CancelNewest, OrderStatus.PartiallyFilled, null, Time, Time.AddTicks(1), 3);

    private static Dictionary<string, OrderView> Views() => new()
    {
        ["limit"] = Plain,
        ["filled"] = Plain with { FilledAveragePrice = 178.12345678949m, Status = OrderStatus.Filled, ReduceOnly = true, PostOnly = false, Side = Side.Sell },
        ["rejected"] = Plain with { Status = OrderStatus.Rejected, RejectCode = "price_collar", Type = OrderType.Market, LimitPrice = null, TimeInForce = TimeInForce.Ioc },
        ["trailing"] = Plain with
        {
            Type = OrderType.TrailingStop, StopPrice = 170m, Advanced = new AdvancedTermsView(DisplayQuantity: 1m, ExpireAtMs: 1_767_323_045_678, TrailPrice: 1.50m, TrailPercent: 2.0m),
        },
        ["bracket"] = Plain with
        {
            Advanced = new AdvancedTermsView(Group: new OrderGroupView(OrderClass.Bracket, 200m, 150m, null)), Legs = [Plain with { Status = OrderStatus.Held }, Plain],
        },
        ["without legs"] = Plain with { Advanced = new AdvancedTermsView(Group: new OrderGroupView(OrderClass.Oto, 200m, null, null)), Legs = [] },
        ["largest"] = Plain with { Quantity = decimal.MaxValue, FilledQuantity = -0.0000000000000000000000000001m, LimitPrice = decimal.MinValue },
    };

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, WireFormat.Options);
}
