using System.Text.Json;
using Bourse.GrainInterfaces.Alerts;
using Bourse.Grains.Alerts;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Api.Alerts;

[Collection(ApiCollection.Name)]
public sealed class AlertTests(ApiFixture api)
{
    [Fact]
    public async Task An_alert_fires_once_and_reaches_the_user_live()
    {
        var (stock, user) = (await api.NewStock(), await api.NewUser());
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await hub.Call("SubscribeAlerts");
        var id = await Add(user, stock, "above", "105");
        await api.Tick(stock, 104.99m);
        await api.Tick(stock, 105m);

        var alert = await hub.Next("alert");
        (alert.GetProperty("id").GetString(), alert.GetProperty("status").GetString(), alert.GetProperty("trigger_price").GetString()).ShouldBe((id, "triggered", "105"));
        await ApiFixture.Until(async () => (await Undelivered(user)).Count == 0);
        await api.Tick(stock, 104m);
        await api.Tick(stock, 106m);
        await Add(user, stock, "below", "106");
        (await hub.Next("alert")).GetProperty("condition").GetString().ShouldBe("below");
        hub.Drain().ShouldAllBe(e => e.Target != "alert");
    }

    [Fact]
    public async Task A_price_from_before_the_alert_does_not_fire_it()
    {
        var (stock, user) = (await api.NewStock(), await api.NewUser());
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await hub.Call("SubscribeAlerts");
        await api.Tick(stock, 110m);
        await api.Tick(stock, 100m);

        await Add(user, stock, "above", "105");
        await api.Tick(stock, 101m);
        await api.Tick(stock, 106m);

        (await hub.Next("alert")).GetProperty("trigger_price").GetString().ShouldBe("106");
    }

    [Fact]
    public async Task What_fired_while_the_user_was_away_is_told_at_the_next_sign_in_and_then_no_more()
    {
        var (stock, user) = (await api.NewStock(), await api.NewUser());
        var id = await Add(user, stock, "below", "95");
        await api.Tick(stock, 94m);
        await ApiFixture.Until(async () => (await Undelivered(user)).Count == 1);

        await using (var hub = await HubClient.Connect(api, user.AccessToken))
        {
            await hub.Call("SubscribeAlerts");
            (await hub.Next("alert")).GetProperty("id").GetString().ShouldBe(id);
            await ApiFixture.Until(async () => (await Undelivered(user)).Count == 0);
        }

        await using var again = await HubClient.Connect(api, user.AccessToken);
        await again.Call("SubscribeAlerts");
        again.Drain().ShouldBeEmpty();
        var listed = (await user.Get("/api/v1/alerts?status=triggered")).Body.GetProperty("items");
        listed.EnumerateArray().Select(a => a.GetProperty("id").GetString()).ShouldBe([id]);
    }

    [Fact]
    public async Task The_watch_goes_on_after_its_grain_has_gone()
    {
        var (stock, user) = (await api.NewStock(), await api.NewUser());
        await Add(user, stock, "above", "105");
        // As after a restart: the store has the alert, and a grain that is woken finds it.
        var store = api.Services.GetRequiredService<IAlertStore>();
        var lost = new PriceAlert(Guid.NewGuid(), user.UserId, stock, Bourse.Domain.Alerts.AlertCondition.Above, 106m, TimeProvider.System.GetUtcNow(), null, null);
        (await store.Insert(lost, 10)).ShouldBeTrue();
        (await store.SymbolsWaiting(CancellationToken.None)).ShouldContain(stock);
        await api.Tick(stock, 107m);
        await api.Grains.GetGrain<IAlertWatchGrain>(stock).Wake();

        await ApiFixture.Until(async () => (await Undelivered(user)).Count == 2);
        (await store.Fire([lost.Id], 1m, TimeProvider.System.GetUtcNow())).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_removed_alert_does_not_fire_and_one_that_makes_no_sense_is_refused()
    {
        var (stock, user) = (await api.NewStock(), await api.NewUser());
        var (gone, kept) = (await Add(user, stock, "above", "105"), await Add(user, stock, "above", "106"));
        (await user.Delete($"/api/v1/alerts/{gone}")).Status.ShouldBe(204);
        (await user.Delete($"/api/v1/alerts/{gone}")).ShouldBeProblem(404, "not_found");
        (await (await api.NewUser()).Delete($"/api/v1/alerts/{kept}")).ShouldBeProblem(404, "not_found");
        await api.Tick(stock, 110m);

        await ApiFixture.Until(async () => (await Undelivered(user)).Select(a => a.Id.ToString()).SequenceEqual([kept]));
        (await user.Get($"/api/v1/alerts/{kept}")).Body.GetProperty("status").GetString().ShouldBe("triggered");
        (await user.Post("/api/v1/alerts", new { symbol = "NOPE", condition = "above", target_price = "1" })).ShouldBeProblem(422, "unknown_symbol");
        (await user.Post("/api/v1/alerts", new { symbol = stock, condition = "at", target_price = "1" })).ShouldBeProblem(400, "malformed");
        (await user.Post("/api/v1/alerts", new { symbol = stock, condition = "above", target_price = "0" })).ShouldBeProblem(400, "malformed");
        (await api.Anonymous.Get("/api/v1/alerts")).ShouldBeProblem(401, "unauthorized");
    }

    private static async Task<string> Add(ApiUser user, string symbol, string condition, string target)
    {
        var answer = await user.Post("/api/v1/alerts", new { symbol, condition, target_price = target });
        answer.Status.ShouldBe(201, answer.Text);
        answer.Body.GetProperty("status").GetString().ShouldBe("active");
        return answer.Body.GetProperty("id").GetString()!;
    }

    private Task<IReadOnlyList<PriceAlert>> Undelivered(ApiUser user) => api.Grains.GetGrain<IAlertsGrain>(user.UserId).GetUndelivered();
}
