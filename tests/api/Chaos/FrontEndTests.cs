using System.Globalization;
using System.Text.Json;

namespace Bourse.Tests.Api.Chaos;

/// <summary>Front ends are equal: what one has told, another goes on from.</summary>
[Collection("chaos")]
public sealed class FrontEndTests
{
    private const int Orders = 10;

    [Fact]
    public async Task A_trader_whose_front_end_died_goes_on_at_another_with_no_event_missed_or_doubled()
    {
        await using var cluster = await ChaosCluster.Start(silos: 1, fronts: 2);
        var (first, second) = (cluster.Fronts[0], cluster.Fronts[1]);
        var at = AddressOf(first);
        var user = await ChaosTests.Register(() => at, "traveller");
        var heard = new List<JsonElement>();
        await using (var before = await HubClient.Connect(at, user.AccessToken))
        {
            await before.Call("SubscribeOrders", [null]);
            await PlaceAndCancel(user, Orders);
            await Hear(before, heard, Orders); // and no more: the rest goes down with the front end
            await cluster.End(first, "KILL");
        }

        at = AddressOf(second);
        await PlaceAndCancel(user, Orders);
        await using var after = await HubClient.Connect(at, user.AccessToken);
        var newest = (await after.Call("SubscribeOrders", [Seq(heard[^1])])).GetProperty("seq").GetInt64();
        await Hear(after, heard, (int)(newest - heard.Count));
        await PlaceAndCancel(user, 1);
        await Hear(after, heard, 2);

        heard.Select(Seq).ShouldBe(Enumerable.Range(1, heard.Count).Select(seq => (long)seq), "each once, in order, from both front ends");
        heard.Count.ShouldBe(2 * ((2 * Orders) + 1));
        await using var again = await HubClient.Connect(at, user.AccessToken);
        await again.Call("SubscribeOrders", [0]);
        var all = new List<JsonElement>();
        await Hear(again, all, heard.Count);
        all.Select(update => update.GetRawText()).ShouldBe(heard.Select(update => update.GetRawText()));
    }

    private static async Task PlaceAndCancel(ApiUser user, int orders)
    {
        for (var i = 0; i < orders; i++)
        {
            var order = new
            {
                symbol = "F", side = "buy", type = "limit", time_in_force = "gtc", qty = "1", limit_price = "0.01", client_order_id = Guid.NewGuid().ToString("N"),
            };
            ApiAnswer? answer = null;
            await ApiFixture.Until(async () => (answer = await user.Post("/api/v1/orders", order)).Status is 200 or 201);
            (await user.Delete($"/api/v1/orders/{answer!.Body.GetProperty("id").GetString()}")).Status.ShouldBe(204);
        }
    }

    private static async Task Hear(HubClient hub, List<JsonElement> heard, int count)
    {
        for (var i = 0; i < count; i++)
        {
            heard.Add(await hub.Next("order_update"));
        }
    }

    private static long Seq(JsonElement update) => update.GetProperty("seq").GetInt64();

    private static Uri AddressOf(ChaosCluster.Member front) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{front.Port}"));
}
