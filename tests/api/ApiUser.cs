using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Bourse.Tests.Api;

/// <summary>Somebody who calls the API, signed in or not.</summary>
public sealed class ApiUser(Func<Uri> address, JsonElement? tokens)
{
    public ApiUser(ApiFixture api, JsonElement? tokens)
        : this(() => api.Address, tokens)
    {
    }

    /// <summary>A new user of the product at an address.</summary>
    public static async Task<ApiUser> Register(Uri address, string name)
    {
        var anonymous = new ApiUser(() => address, null);
        var answer = await anonymous.Post(
            "/api/v1/auth/register", new { email = $"{name}@bourse.example", username = name, password = ApiFixture.Password });
        answer.Status.ShouldBe(201, answer.Text);
        return new ApiUser(() => address, answer.Body);
    }

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(60) };

    public Uri Address => address();

    public string? AccessToken { get; set; } = tokens?.GetProperty("access_token").GetString();

    public string? RefreshToken { get; set; } = tokens?.GetProperty("refresh_token").GetString();

    public string UserId { get; } = tokens?.GetProperty("user_id").GetString() ?? "";

    /// <summary>Signs in anew, because a token lasts half an hour.</summary>
    public async Task SignIn(string name)
    {
        var answer = await Post("/api/v1/auth/login", new { username = name, password = ApiFixture.Password });
        answer.Status.ShouldBe(200, answer.Text);
        AccessToken = answer.Body.GetProperty("access_token").GetString();
        RefreshToken = answer.Body.GetProperty("refresh_token").GetString();
    }

    public Task<ApiAnswer> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<ApiAnswer> Delete(string path) => Send(HttpMethod.Delete, path, null);

    public Task<ApiAnswer> Post(string path, object body) => Send(HttpMethod.Post, path, Json(JsonSerializer.Serialize(body)));

    public Task<ApiAnswer> Put(string path, object body) => Send(HttpMethod.Put, path, Json(JsonSerializer.Serialize(body)));

    public Task<ApiAnswer> Patch(string path, object body) => Send(HttpMethod.Patch, path, Json(JsonSerializer.Serialize(body)));

    /// <summary>Sends a body as it is.</summary>
    public Task<ApiAnswer> SendRaw(HttpMethod method, string path, string body, string mediaType = "application/json") =>
        Send(method, path, new StringContent(body, Encoding.UTF8, mediaType));

    public async Task<ApiAnswer> Send(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(address(), path)) { Content = content };
        if (AccessToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer((int)response.StatusCode, text, response.Content.Headers.ContentType?.MediaType, response.Headers);
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Places an order that must be taken.</summary>
    public async Task<JsonElement> Place(object order)
    {
        var answer = await Post("/api/v1/orders", order);
        answer.Status.ShouldBe(201, answer.Text);
        return answer.Body;
    }

    public Task<JsonElement> Limit(string side, decimal qty, decimal price, string symbol = ApiFixture.Stock) =>
        Place(new { symbol, side, type = "limit", time_in_force = "gtc", qty = Text(qty), limit_price = Text(price) });

    public async Task<JsonElement> Portfolio() => (await Get("/api/v1/portfolio")).Body;

    public async Task<IReadOnlyList<JsonElement>> OpenOrders() =>
        [.. (await Get("/api/v1/orders?status=open&limit=500")).Body.GetProperty("items").EnumerateArray()];

    /// <summary>All that a refused request must leave as it was: balances, positions, open orders and their newest event.</summary>
    public async Task<string> State()
    {
        var portfolio = await Portfolio();
        var orders = await Get("/api/v1/orders?status=all&limit=500");
        return portfolio.GetProperty("cash").GetString() + portfolio.GetProperty("held").GetString() + portfolio.GetProperty("positions") + orders.Text;
    }

    private static string Text(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An answer, read whole.</summary>
public sealed record ApiAnswer(int Status, string Text, string? MediaType, HttpResponseHeaders Headers)
{
    public JsonElement Body => JsonDocument.Parse(Text).RootElement;

    public string? Code => Text.Length > 0 && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>Checks that this is a problem as RFC 9457 writes it.</summary>
    public void ShouldBeProblem(int status, string code)
    {
        Status.ShouldBe(status, Text);
        MediaType.ShouldBe("application/problem+json");
        Code.ShouldBe(code, Text);
        Body.GetProperty("status").GetInt32().ShouldBe(status);
        Body.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
    }
}
