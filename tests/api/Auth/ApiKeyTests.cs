using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bourse.ApiHost.Auth.Keys;

namespace Bourse.Tests.Api.Auth;

/// <summary>API keys: by secret as Alpaca's clients send them, and by signature.</summary>
[Collection(ApiCollection.Name)]
public sealed class ApiKeyTests(ApiFixture api)
{
    private const string Order = """{"symbol":"TEST","side":"buy","type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""";
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task A_key_is_shown_once_works_within_its_scopes_and_ends_when_it_is_revoked()
    {
        var user = await api.NewUser();
        var key = await Make(user, ["read"]);
        var (id, secret) = (key.GetProperty("id").GetString()!, key.GetProperty("secret").GetString()!);

        (await BySecret(id, secret, HttpMethod.Get, "/api/v1/portfolio")).Status.ShouldBe(200);
        (await BySecret(id, secret, HttpMethod.Post, "/api/v1/orders", Order)).ShouldBeProblem(403, "scope");
        (await BySecret(id, secret, HttpMethod.Get, "/api/v1/auth/sessions")).ShouldBeProblem(403, "scope");
        (await BySecret(id, secret, HttpMethod.Delete, "/api/v1/auth/sessions")).ShouldBeProblem(403, "scope");
        (await BySecret(id, secret + "x", HttpMethod.Get, "/api/v1/portfolio")).ShouldBeProblem(401, "unauthorized");
        (await BySecret("BK000000000000000000000000", secret, HttpMethod.Get, "/api/v1/portfolio")).ShouldBeProblem(401, "unauthorized");
        (await BySecret("x", secret, HttpMethod.Get, "/api/v1/portfolio")).ShouldBeProblem(401, "unauthorized");
        var listed = (await user.Get("/api/v1/auth/keys")).Body.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        listed.GetProperty("secret").ValueKind.ShouldBe(JsonValueKind.Null);

        (await (await api.NewUser()).Delete($"/api/v1/auth/keys/{id}")).ShouldBeProblem(404, "key_not_found");
        (await user.Delete($"/api/v1/auth/keys/{id}")).Status.ShouldBe(204);
        (await BySecret(id, secret, HttpMethod.Get, "/api/v1/portfolio")).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task A_signed_request_counts_once_and_only_as_it_was_signed()
    {
        var user = await api.NewUser();
        var key = await Make(user, ["read", "trade"]);
        var now = Now();

        (await BySignature(key, HttpMethod.Post, "/api/v1/orders", Order, now)).Status.ShouldBe(201);
        (await BySignature(key, HttpMethod.Post, "/api/v1/orders", Order, now)).ShouldBeProblem(401, "unauthorized"); // replayed
        (await BySignature(key, HttpMethod.Post, "/api/v1/orders", Order, now + 1, sent: Order.Replace("95", "96"))).ShouldBeProblem(401, "unauthorized");
        (await BySignature(key, HttpMethod.Get, "/api/v1/orders?limit=1", "", now, sentPath: "/api/v1/orders?limit=2")).ShouldBeProblem(401, "unauthorized");
        (await BySignature(key, HttpMethod.Get, "/api/v1/orders", "", now - 60_000)).ShouldBeProblem(401, "unauthorized");
        (await BySignature(key, HttpMethod.Get, "/api/v1/orders", "", now + 60_000)).ShouldBeProblem(401, "unauthorized");
        (await BySignature(key, HttpMethod.Get, "/api/v1/orders?limit=1", "", Now())).Status.ShouldBe(200);
        (await user.OpenOrders()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_has_no_role_that_its_user_has_not_and_only_those_it_names()
    {
        var user = await api.NewUser();
        (await user.Post("/api/v1/auth/keys", Wish(["read", "operator"]))).ShouldBeProblem(403, "forbidden");
        (await user.Post("/api/v1/auth/keys", Wish(["everything"]))).ShouldBeProblem(400, "malformed");
        (await user.Post("/api/v1/auth/keys", Wish([]))).ShouldBeProblem(400, "malformed");
        (await user.Post("/api/v1/auth/keys", new { name = "x", scopes = new[] { "read" }, password = "Wrong-horse-1" })).ShouldBeProblem(401, "invalid_credentials");

        var plain = await Make(api.Operator, ["read"]);
        (await BySignature(plain, HttpMethod.Get, "/api/v1/admin/audit", "", Now())).ShouldBeProblem(403, "forbidden");
        var named = await Make(api.Operator, ["read", "operator"]);
        (await BySignature(named, HttpMethod.Get, "/api/v1/admin/audit", "", Now())).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_key_is_used_from_its_addresses_only()
    {
        var user = await api.NewUser();
        var here = await Make(user, ["read"], "127.0.0.0/8");
        var elsewhere = await Make(user, ["read"], "10.0.0.0/8", "192.0.2.1");
        (await user.Post("/api/v1/auth/keys", Wish(["read"], "nowhere"))).ShouldBeProblem(400, "malformed");

        (await BySignature(here, HttpMethod.Get, "/api/v1/portfolio", "", Now())).Status.ShouldBe(200);
        (await BySignature(elsewhere, HttpMethod.Get, "/api/v1/portfolio", "", Now())).ShouldBeProblem(401, "unauthorized");
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static object Wish(string[] scopes, params string[] addresses) =>
        new { name = "robot", scopes, ip_list = addresses, password = ApiFixture.Password };

    private static async Task<JsonElement> Make(ApiUser user, string[] scopes, params string[] addresses)
    {
        var answer = await user.Post("/api/v1/auth/keys", Wish(scopes, addresses));
        answer.Status.ShouldBe(201, answer.Text);
        return answer.Body;
    }

    private Task<ApiAnswer> BySecret(string id, string secret, HttpMethod method, string path, string? body = null) =>
        Send(method, path, body, (KeySignIn.IdHeader, id), (KeySignIn.SecretHeader, secret));

    private Task<ApiAnswer> BySignature(
        JsonElement key, HttpMethod method, string path, string body, long timestampMs, string? sent = null, string? sentPath = null)
    {
        var timestamp = timestampMs.ToString(CultureInfo.InvariantCulture);
        var signature = KeySignIn.Sign(KeySignIn.HashOf(key.GetProperty("secret").GetString()!), timestamp, method.Method, path, Encoding.UTF8.GetBytes(body));
        return Send(
            method, sentPath ?? path, sent ?? (body.Length > 0 ? body : null), (KeySignIn.IdHeader, key.GetProperty("id").GetString()!),
            (KeySignIn.TimestampHeader, timestamp), (KeySignIn.SignatureHeader, signature));
    }

    private async Task<ApiAnswer> Send(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(api.Address, path));
        request.Content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await Http.SendAsync(request);
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers);
    }
}
