using System.Text.Json;

namespace Bourse.Tests.Api.Auth;

/// <summary>Sessions, passwords, addresses and second factors of users.</summary>
[Collection(ApiCollection.Name)]
public sealed class SessionTests(ApiFixture api)
{
    private const string NewPassword = "Battery-staple-2";

    [Fact]
    public async Task A_token_counts_no_longer_than_its_session()
    {
        var user = await api.NewUser();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await user.Post("/api/v1/auth/logout", new { refresh_token = user.RefreshToken });

        (await user.Get("/api/v1/portfolio")).ShouldBeProblem(401, "unauthorized");
        (await hub.Fail("PlaceOrder", new { symbol = "TEST" })).GetProperty("code").GetString().ShouldBe("unauthorized");
        await Should.ThrowAsync<Exception>(() => HubClient.Connect(api, user.AccessToken));
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_the_old_password()
    {
        var user = await api.NewUser();
        var name = await Name(user);
        var other = await SignIn(name, ApiFixture.Password);

        (await user.Post("/api/v1/auth/password", new { password = "Wrong-horse-1", new_password = NewPassword })).ShouldBeProblem(401, "invalid_credentials");
        (await user.Post("/api/v1/auth/password", new { password = ApiFixture.Password, new_password = "short" })).ShouldBeProblem(422, "weak_password");
        (await user.Post("/api/v1/auth/password", new { password = ApiFixture.Password, new_password = NewPassword })).Status.ShouldBe(204);

        (await user.Get("/api/v1/auth/me")).Status.ShouldBe(200);
        (await other.Get("/api/v1/auth/me")).ShouldBeProblem(401, "unauthorized");
        (await other.Post("/api/v1/auth/refresh", new { refresh_token = other.RefreshToken })).ShouldBeProblem(401, "invalid_refresh_token");
        (await api.Anonymous.Post("/api/v1/auth/login", new { username = name, password = ApiFixture.Password })).ShouldBeProblem(401, "invalid_credentials");
        await SignIn(name, NewPassword);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_or_all_but_ones_own()
    {
        var user = await api.NewUser();
        var name = await Name(user);
        var (second, third) = (await SignIn(name, ApiFixture.Password), await SignIn(name, ApiFixture.Password));

        var sessions = await Items(third, "/api/v1/auth/sessions");
        sessions.Count.ShouldBe(3);
        sessions.Count(s => s.GetProperty("current").GetBoolean()).ShouldBe(1);
        sessions.ShouldAllBe(s => s.GetProperty("address").GetString()!.Contains("127.0.0.1", StringComparison.Ordinal));
        var first = sessions[0].GetProperty("id").GetString();
        (await third.Delete($"/api/v1/auth/sessions/{first}")).Status.ShouldBe(204);
        (await user.Get("/api/v1/auth/me")).ShouldBeProblem(401, "unauthorized");
        (await third.Delete($"/api/v1/auth/sessions/{first}")).ShouldBeProblem(404, "session_not_found");

        (await third.Delete("/api/v1/auth/sessions")).Status.ShouldBe(204);
        (await second.Get("/api/v1/auth/me")).ShouldBeProblem(401, "unauthorized");
        (await Items(third, "/api/v1/auth/sessions")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_address_is_taken_once_and_the_old_one_falls_free()
    {
        var (user, other) = (await api.NewUser(), await api.NewUser());
        var before = (await user.Get("/api/v1/auth/me")).Body.GetProperty("email").GetString();
        var fresh = $"new{Guid.NewGuid():N}@bourse.example";

        (await user.Post("/api/v1/auth/email", new { password = "Wrong-horse-1", email = fresh })).ShouldBeProblem(401, "invalid_credentials");
        (await user.Post("/api/v1/auth/email", new { password = ApiFixture.Password, email = "<script>" })).ShouldBeProblem(400, "malformed");
        (await user.Post("/api/v1/auth/email", new { password = ApiFixture.Password, email = fresh })).Status.ShouldBe(204);

        (await user.Get("/api/v1/auth/me")).Body.GetProperty("email").GetString().ShouldBe(fresh);
        (await other.Post("/api/v1/auth/email", new { password = ApiFixture.Password, email = fresh.ToUpperInvariant() })).ShouldBeProblem(409, "email_taken");
        (await other.Post("/api/v1/auth/email", new { password = ApiFixture.Password, email = before })).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_and_each_code_counts_once()
    {
        var user = await api.NewUser();
        var name = await Name(user);
        var offer = await user.Post("/api/v1/auth/totp", new { password = ApiFixture.Password });
        var secret = offer.Body.GetProperty("secret").GetString()!;
        offer.Body.GetProperty("uri").GetString().ShouldBe($"otpauth://totp/Bourse:{name}?secret={secret}&issuer=Bourse");
        (await user.Put("/api/v1/auth/totp", new { password = ApiFixture.Password, secret, code = "000000x" })).ShouldBeProblem(422, "invalid_totp");
        (await user.Put("/api/v1/auth/totp", new { password = ApiFixture.Password, secret, code = TotpTests.Now(secret) })).Status.ShouldBe(204);

        (await Login(name, null)).ShouldBeProblem(401, "totp_required");
        (await Login(name, "12345")).ShouldBeProblem(401, "invalid_totp");
        var code = TotpTests.Now(secret);
        (await Login(name, code)).Status.ShouldBe(200);
        (await Login(name, code)).ShouldBeProblem(401, "invalid_totp");
        (await user.Delete("/api/v1/auth/totp")).Status.ShouldBe(415);
    }

    [Fact]
    public async Task Security_events_are_in_the_audit_log_without_names_or_secrets()
    {
        var user = await api.NewUser();
        var name = await Name(user);
        await api.Anonymous.Post("/api/v1/auth/login", new { username = name, password = "Wrong-horse-1" });
        await SignIn(name, ApiFixture.Password);
        await user.Post("/api/v1/auth/password", new { password = ApiFixture.Password, new_password = NewPassword });

        var entries = await Items(api.Operator, $"/api/v1/admin/audit?target={user.UserId}");

        entries.Select(e => e.GetProperty("event").GetString()).ShouldBe(["password.changed", "login.succeeded", "login.failed", "user.registered"]);
        var text = string.Concat(entries);
        text.ShouldNotContain(name);
        text.ShouldNotContain(ApiFixture.Password);
        text.ShouldNotContain("horse");
    }

    private Task<ApiAnswer> Login(string name, string? code) =>
        api.Anonymous.Post("/api/v1/auth/login", new { username = name, password = ApiFixture.Password, code });

    private async Task<ApiUser> SignIn(string name, string password)
    {
        var answer = await api.Anonymous.Post("/api/v1/auth/login", new { username = name, password });
        answer.Status.ShouldBe(200, answer.Text);
        return new ApiUser(api, answer.Body);
    }

    private static async Task<string> Name(ApiUser user) => (await user.Get("/api/v1/auth/me")).Body.GetProperty("username").GetString()!;

    private static async Task<IReadOnlyList<JsonElement>> Items(ApiUser user, string path) =>
        [.. (await user.Get(path)).Body.GetProperty("items").EnumerateArray()];
}
