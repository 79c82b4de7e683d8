using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class WatchlistTests(ApiFixture api)
{
    [Fact]
    public async Task Lists_are_made_changed_and_removed_by_their_user_alone()
    {
        var (user, other) = (await api.NewUser(), await api.NewUser());
        var made = await user.Post("/api/v1/watchlists", new { name = " Mine ", symbols = new[] { "TEST", "tst-usd", "TEST" } });
        made.Status.ShouldBe(201, made.Text);
        var id = made.Body.GetProperty("id").GetString();
        made.Body.GetProperty("name").GetString().ShouldBe("Mine");
        Symbols(made.Body).ShouldBe(["TEST", "TST/USD"]);

        (await user.Post($"/api/v1/watchlists/{id}/items", new { symbol = "HALT" })).Status.ShouldBe(201);
        (await user.Post($"/api/v1/watchlists/{id}/items", new { symbol = "HALT" })).Status.ShouldBe(201);
        (await user.Delete($"/api/v1/watchlists/{id}/items/TST-USD")).Status.ShouldBe(204);
        Symbols((await user.Get($"/api/v1/watchlists/{id}")).Body).ShouldBe(["TEST", "HALT"]);

        (await other.Get($"/api/v1/watchlists/{id}")).ShouldBeProblem(404, "not_found");
        (await other.Delete($"/api/v1/watchlists/{id}")).ShouldBeProblem(404, "not_found");
        (await user.Delete($"/api/v1/watchlists/{id}")).Status.ShouldBe(204);
        (await user.Get("/api/v1/watchlists")).Body.GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_list_that_makes_no_sense_is_refused()
    {
        var user = await api.NewUser();
        (await user.Post("/api/v1/watchlists", new { name = " " })).ShouldBeProblem(400, "malformed");
        (await user.Post("/api/v1/watchlists", new { name = "x", symbols = new[] { "NOPE" } })).ShouldBeProblem(422, "unknown_symbol");
        (await user.Post("/api/v1/watchlists", new { name = "x", symbols = Enumerable.Repeat("TEST", 501) })).ShouldBeProblem(422, "too_many_symbols");
        (await user.Post($"/api/v1/watchlists/{Guid.NewGuid()}/items", new { symbol = "TEST" })).ShouldBeProblem(404, "not_found");
        (await api.Anonymous.Get("/api/v1/watchlists")).ShouldBeProblem(401, "unauthorized");
        for (var i = 0; i < 50; i++)
        {
            (await user.Post("/api/v1/watchlists", new { name = $"list {i}" })).Status.ShouldBe(201);
        }

        (await user.Post("/api/v1/watchlists", new { name = "one more" })).ShouldBeProblem(422, "too_many_watchlists");
    }

    private static IEnumerable<string?> Symbols(JsonElement list) => list.GetProperty("symbols").EnumerateArray().Select(s => s.GetString());
}
