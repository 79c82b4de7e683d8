using System.Text.Json;

namespace Bourse.Tests.Api.Auth;

/// <summary>Export and deletion of a user's data, roles, and the rotation of signing keys.</summary>
[Collection(ApiCollection.Name)]
public sealed class OwnDataTests(ApiFixture api)
{
    [Fact]
    public async Task An_export_holds_everything_of_the_user_and_asks_for_the_password()
    {
        var user = await api.NewUser();
        var order = await user.Limit("buy", 1, 95m);
        (await user.Post("/api/v1/auth/export", new { password = "Wrong-horse-1" })).ShouldBeProblem(401, "invalid_credentials");

        IReadOnlyList<JsonElement> lines = [];
        await ApiFixture.Until(async () =>
        {
            lines = [.. (await user.Post("/api/v1/auth/export", new { password = ApiFixture.Password })).Text
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
            return lines.Any(line => Kind(line) == "order") && lines.Any(line => Kind(line) == "activity"); // the read model is a little behind
        });
        lines.Select(Kind).Distinct().ShouldBe(["profile", "session", "portfolio", "order", "activity"]);
        lines[0].GetProperty("value").GetProperty("user_id").GetString().ShouldBe(user.UserId);
        lines.Single(line => Kind(line) == "order").GetProperty("value").GetProperty("id").GetString().ShouldBe(order.GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_erased_user_is_nobody_any_more_and_its_names_are_free()
    {
        var user = await api.NewUser();
        var me = (await user.Get("/api/v1/auth/me")).Body;
        var (email, username) = (me.GetProperty("email").GetString(), me.GetProperty("username").GetString());
        var key = (await user.Post("/api/v1/auth/keys", new { name = "robot", scopes = new[] { "read" }, password = ApiFixture.Password })).Body;
        var order = await user.Limit("buy", 1, 95m);
        (await user.Post("/api/v1/auth/erase", new { password = ApiFixture.Password })).ShouldBeProblem(409, "account_not_flat");
        (await user.Delete($"/api/v1/orders/{order.GetProperty("id").GetString()}")).Status.ShouldBe(204);
        (await user.Post("/api/v1/auth/erase", new { password = "Wrong-horse-1" })).ShouldBeProblem(401, "invalid_credentials");

        (await user.Post("/api/v1/auth/erase", new { password = ApiFixture.Password })).Status.ShouldBe(204);

        (await user.Get("/api/v1/auth/me")).ShouldBeProblem(401, "unauthorized");
        (await user.Post("/api/v1/auth/refresh", new { refresh_token = user.RefreshToken })).ShouldBeProblem(401, "invalid_refresh_token");
        (await api.Anonymous.Post("/api/v1/auth/login", new { email, password = ApiFixture.Password })).ShouldBeProblem(401, "invalid_credentials");
        var byKey = await api.Anonymous.Send(
            HttpMethod.Get, "/api/v1/portfolio", null, ("APCA-API-KEY-ID", key.GetProperty("id").GetString()!), ("APCA-API-SECRET-KEY", key.GetProperty("secret").GetString()!));
        byKey.ShouldBeProblem(401, "unauthorized");
        (await api.Anonymous.Post("/api/v1/auth/register", new { email, username, password = ApiFixture.Password })).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_role_counts_from_its_grant_to_its_end_whatever_the_token_says()
    {
        var user = await api.NewUser();
        (await api.Operator.Put($"/api/v1/admin/users/{user.UserId}/roles/feed", new { })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Put($"/api/v1/admin/users/{user.UserId}/roles/king", new { reason = "x" })).ShouldBeProblem(404, "user_not_found");
        (await user.Put($"/api/v1/admin/users/{user.UserId}/roles/operator", new { reason = "x" })).ShouldBeProblem(403, "forbidden");

        (await api.Operator.Put($"/api/v1/admin/users/{user.UserId}/roles/feed", new { reason = "a feed" })).Status.ShouldBe(200);
        (await user.Post("/api/v1/market/ticks", Array.Empty<object>())).Status.ShouldBe(202);
        (await api.Operator.Post($"/api/v1/admin/users/{user.UserId}/roles/feed/revoke", new { reason = "no feed" })).Status.ShouldBe(200);
        (await user.Post("/api/v1/market/ticks", Array.Empty<object>())).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task After_a_rotation_old_tokens_verify_by_their_kid_and_new_ones_are_signed_by_the_new_key()
    {
        var before = await api.NewUser();

        var rotated = await api.Operator.Post("/api/v1/admin/signing-keys/rotate", new { reason = "monthly" });

        rotated.Status.ShouldBe(200, rotated.Text);
        var after = await api.NewUser();
        Kid(after).ShouldBe(rotated.Body.GetProperty("kids")[0].GetString());
        Kid(after).ShouldNotBe(Kid(before));
        (await before.Get("/api/v1/auth/me")).Status.ShouldBe(200);
        (await after.Get("/api/v1/auth/me")).Status.ShouldBe(200);
        // The one key's token under the other's name is none.
        var (one, other) = (before.AccessToken!.Split('.'), after.AccessToken!.Split('.'));
        before.AccessToken = $"{other[0]}.{one[1]}.{one[2]}";
        (await before.Get("/api/v1/auth/me")).ShouldBeProblem(401, "unauthorized");
    }

    private static string Kind(JsonElement line) => line.GetProperty("kind").GetString()!;

    private static string? Kid(ApiUser user) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(user.AccessToken!.Split('.')[0])).RootElement.GetProperty("kid").GetString();
}
