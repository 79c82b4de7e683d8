using System.Text.Json;

namespace Bourse.Tests.Api.Crash;

/// <summary>Holds what traders were told against what the product has stored.</summary>
public static class Stored
{
    private const int MaxSampled = 100;
    private const int MaxNewest = 10;
    private const int MaxOldest = 10_000;
    private const int MaxAgain = 1_000;

    /// <summary>Lets everything come to rest, verifies the database and looks at every order, fill and event. The traders must have stopped.</summary>
    public static Task ShouldHoldWhatWasTold(Product product, IReadOnlyCollection<CrashTrader> traders) => ShouldHoldWhatWasTold(product.Command, traders);

    /// <inheritdoc cref="ShouldHoldWhatWasTold(Product, IReadOnlyCollection{CrashTrader})" />
    /// <param name="command">Runs the command line on the database.</param>
    public static async Task ShouldHoldWhatWasTold(
        Func<string[], Task<(int Code, string Output, string Error)>> command, IReadOnlyCollection<CrashTrader> traders)
    {
        foreach (var trader in traders)
        {
            await trader.Settle();
        }

        var (code, told, error) = await command(["verify"]);
        code.ShouldBe(0, told + error);
        foreach (var trader in traders)
        {
            await EveryAcknowledgedOrderIsThere(trader);
            await FillsToldAreFillsStored(trader);
            await ChannelTellsTheSameAgain(trader, from: 0, MaxOldest);
            await ChannelTellsTheSameAgain(trader, from: Math.Max(0, trader.Record.Updates.Count - MaxAgain), MaxAgain);
            await trader.Disconnect();
        }
    }

    /// <summary>Looks for the orders that were acknowledged last; also while the traders trade.</summary>
    public static async Task ShouldHoldTheNewest(IReadOnlyCollection<CrashTrader> traders)
    {
        foreach (var trader in traders)
        {
            foreach (var told in trader.Newest(MaxNewest))
            {
                var stored = await Get(trader.User, $"/api/v1/orders/{OrderRecord.Text(told, "id")}");
                stored.Status.ShouldBe(200, stored.Text);
                OrderRecord.ShouldHold(stored.Body, told);
            }
        }
    }

    /// <summary>Looks at the newest order groups as they stand: the legs are as large as what has traded lets them be. The traders must have stopped.</summary>
    public static async Task ShouldHoldWholeGroups(IReadOnlyCollection<CrashTrader> traders)
    {
        foreach (var trader in traders)
        {
            foreach (var told in trader.Record.Acknowledged.Values.Where(o => OrderRecord.Legs(o).Any()).TakeLast(MaxSampled))
            {
                var last = default(JsonElement);
                await ApiFixture.Until(async () => IsWhole(last = (await Get(trader.User, $"/api/v1/orders/{OrderRecord.Text(told, "id")}")).Body), () => last.ToString());
            }
        }
    }

    // Not all of them at once: an account tells one who is further back than its snapshots and 50,000 rows to load the state instead.
    private static async Task ChannelTellsTheSameAgain(CrashTrader trader, int from, int most)
    {
        var told = trader.Record.Updates.Skip(from).Take(most).Select(Text).ToList();
        (await trader.ReadAgain(from, told.Count)).Select(Text).ShouldBe(told, "the channel tells the same again");
    }

    private static bool IsWhole(JsonElement order)
    {
        var (isPair, filled, traded) = (OrderRecord.Text(order, "order_class") == "oco", OrderRecord.Number(order, "filled_qty"), 0m);
        foreach (var leg in OrderRecord.Legs(order))
        {
            // Of a pair the order itself is the take-profit, which comes before the stop-loss in other groups.
            var size = isPair ? OrderRecord.Number(order, "qty") - filled : filled == 0 ? OrderRecord.Number(order, "qty") : filled - traded;
            if (!OrderRecord.HasEnded(leg) && OrderRecord.Number(leg, "qty") != size)
            {
                return false;
            }

            traded += OrderRecord.Number(leg, "filled_qty");
        }

        return true;
    }

    private static async Task EveryAcknowledgedOrderIsThere(CrashTrader trader)
    {
        var stored = (await All(trader.User, "/api/v1/orders?status=all&direction=asc&limit=500")).ToDictionary(o => OrderRecord.Text(o, "id"));
        stored.Values.Select(o => OrderRecord.Text(o, "client_order_id")).ShouldBeUnique();
        foreach (var told in trader.Record.Acknowledged.Values)
        {
            stored.ShouldContainKey(OrderRecord.Text(told, "id"));
            OrderRecord.ShouldHold(stored[OrderRecord.Text(told, "id")], told);
        }

        foreach (var told in trader.Record.Acknowledged.Values.Take(MaxSampled))
        {
            var byId = await Get(trader.User, $"/api/v1/orders/{OrderRecord.Text(told, "id")}");
            var byClientOrderId = await Get(trader.User, $"/api/v1/orders/by_client_order_id/{OrderRecord.Text(told, "client_order_id")}");
            byId.Status.ShouldBe(200, byId.Text);
            OrderRecord.ShouldHold(byId.Body, told);
            byClientOrderId.Text.ShouldBe(byId.Text);
        }
    }

    private static async Task FillsToldAreFillsStored(CrashTrader trader)
    {
        var told = trader.Record.Fills().ToList();
        told.Select(f => (f.Order, f.Trade)).ShouldBeUnique();
        var stored = (await All(trader.User, "/api/v1/account/activities?limit=500"))
            .Where(a => OrderRecord.Text(a, "activity_type") == "FILL")
            .Select(a => (OrderRecord.Text(a, "order_id"), OrderRecord.Number(a, "price"), OrderRecord.Number(a, "qty"), OrderRecord.Number(a, "fee")));
        stored.Order().ShouldBe(told.Select(f => (f.Order, f.Price, f.Qty, f.Fee)).Order());
    }

    private static async Task<List<JsonElement>> All(ApiUser user, string path)
    {
        var items = new List<JsonElement>();
        string? token = null;
        do
        {
            var page = await Get(user, token is null ? path : $"{path}&page_token={Uri.EscapeDataString(token)}");
            page.Status.ShouldBe(200, page.Text);
            items.AddRange(page.Body.GetProperty("items").EnumerateArray());
            token = page.Body.GetProperty("next_page_token").GetString();
        }
        while (token is not null);
        return items;
    }

    /// <summary>As the answer 503 asks for: a silo may have just gone.</summary>
    private static async Task<ApiAnswer> Get(ApiUser user, string path)
    {
        ApiAnswer? answer = null;
        await ApiFixture.Until(async () =>
        {
            try
            {
                return (answer = await user.Get(path)).Status != 503;
            }
            catch (HttpRequestException)
            {
                return false; // or a front end
            }
        });
        return answer!;
    }

    private static string Text(JsonElement element) => element.GetRawText();
}
