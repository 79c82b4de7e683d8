using System.Text.Json;

namespace Bourse.Tests.Api.Risk;

/// <summary>Halts of a symbol and its auction, by their names in the API.</summary>
[Collection(ApiCollection.Name)]
public sealed class HaltTests(ApiFixture api)
{
    [Fact]
    public async Task An_operator_halts_a_symbol_orders_are_collected_and_it_reopens_at_one_price()
    {
        var stock = await api.NewStock();
        var (buyer, seller) = (await api.NewUser(), await api.Holder(stock, 10));
        await using var hub = await HubClient.Connect(api, buyer.AccessToken);
        var halted = await api.Operator.Post("/api/v1/risk/halts", new { symbol = stock, state = "halted", reason = "News are out" });
        halted.Status.ShouldBe(200, halted.Text);
        halted.Body.GetProperty("state").GetString().ShouldBe("auction");
        (await Told(hub, stock)).ShouldBe("auction News are out");
        (await buyer.Get("/api/v1/risk/halts")).Body.GetProperty("items").EnumerateArray().ShouldContain(h => h.GetProperty("symbol").GetString() == stock);

        (await buyer.Limit("buy", 6, 104m, stock)).GetProperty("status").GetString().ShouldBe("new");
        (await seller.Limit("sell", 10, 96m, stock)).GetProperty("status").GetString().ShouldBe("new");
        (await buyer.Post("/api/v1/orders", new { symbol = stock, side = "buy", type = "market", time_in_force = "ioc", qty = "1" })).ShouldBeProblem(422, "auction");
        var auction = (await api.Anonymous.Get($"/api/v1/market/auction/{stock}")).Body;
        (auction.GetProperty("indicative_price").GetDecimal(), auction.GetProperty("indicative_qty").GetDecimal(), auction.GetProperty("imbalance").GetDecimal())
            .ShouldBe((100m, 6m, -4m));
        auction.GetProperty("reason").GetString().ShouldBe("News are out");

        var open = await api.Operator.Post("/api/v1/risk/halts", new { symbol = stock, state = "open", reason = "Read by all" });

        open.Body.GetProperty("state").GetString().ShouldBe("open");
        (await Told(hub, stock)).ShouldBe("active News are out");
        await ApiFixture.Until(async () => (await buyer.Get($"/api/v1/positions/{stock}")) is { Status: 200 } position
            && position.Body.GetProperty("avg_entry_price").GetString() == "100.00");
        var log = (await api.Operator.Get("/api/v1/admin/audit?limit=200")).Text;
        log.ShouldContain("symbol.halted");
        log.ShouldContain("Read by all");
    }

    [Fact]
    public async Task Only_staff_halt_and_only_for_a_reason()
    {
        var trader = await api.NewUser();
        (await trader.Post("/api/v1/risk/halts", new { symbol = "TEST", state = "halted", reason = "Because" })).Status.ShouldBe(403);
        (await api.Operator.Post("/api/v1/risk/halts", new { symbol = "TEST", state = "halted" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Post("/api/v1/risk/halts", new { symbol = "TEST", state = "shut", reason = "x" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Post("/api/v1/risk/halts", new { symbol = "TEST", state = "halted", seconds = 0, reason = "x" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Post("/api/v1/risk/halts", new { symbol = "NOSUCH", state = "halted", reason = "x" })).ShouldBeProblem(404, "unknown_symbol");
        (await api.Anonymous.Get("/api/v1/market/auction/TEST")).Body.GetProperty("state").GetString().ShouldBe("open");
    }

    private static async Task<string> Told(HubClient hub, string stock)
    {
        while (true)
        {
            var halt = await hub.Next("halt");
            if (halt.GetProperty("id").GetString() == stock)
            {
                return $"{halt.GetProperty("state").GetString()} {halt.GetProperty("reason").GetString()}";
            }
        }
    }
}
