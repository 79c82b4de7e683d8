using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Bourse.Tests.Api.Security;

/// <summary>What somebody would try from outside, each with the answer that is expected. (Forged and reused tokens: see AuthTests and SessionTests; signed requests: ApiKeyTests.)</summary>
[Collection(ApiCollection.Name)]
public sealed class AttackTests(ApiFixture api)
{
    private static readonly string[] Payloads =
    [
        "' OR '1'='1", "'; DROP TABLE journal; --", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd",
        "%00", "\u202e\u0000", "a\r\nSet-Cookie: x=1",
    ];

    [Fact]
    public async Task Another_users_position_limits_and_stream_are_out_of_reach()
    {
        var stock = await api.NewStock();
        var (victim, thief) = (await api.Holder(stock, 5), await api.NewUser());

        (await thief.Get($"/api/v1/positions/{stock}")).ShouldBeProblem(404, "position_not_found");
        (await thief.Delete($"/api/v1/positions/{stock}")).ShouldBeProblem(404, "position_not_found");
        (await thief.Get($"/api/v1/risk/limits?account_id={victim.UserId}")).ShouldBeProblem(403, "forbidden");
        (await thief.Get($"/api/v1/accounts/{victim.UserId}")).ShouldBeProblem(404, "account_not_found");
        await using var hub = await HubClient.Connect(api, thief.AccessToken);
        await hub.Call("SubscribeOrders", [null]);
        await victim.Limit("sell", 1, 105m, stock);
        await thief.Limit("buy", 1, 95m);
        var update = await hub.Next("order_update");
        update.GetProperty("order").GetProperty("symbol").GetString().ShouldBe(ApiFixture.Stock);
        hub.Drain().ShouldNotContain(e => e.Target == "order_update" && e.Argument.GetProperty("order").GetProperty("symbol").GetString() == stock);
    }

    [Fact]
    public async Task A_trader_makes_itself_nothing_more()
    {
        var user = await api.NewUser();
        (string Method, string Path, object Body)[] calls =
        [
            ("POST", $"/api/v1/admin/accounts/{user.UserId}/deposit", new { amount = "1", reference = "mine", reason = "mine" }),
            ("PUT", "/api/v1/risk/limits", new { max_order_qty = "1000000", reason = "mine" }),
            ("POST", "/api/v1/risk/kill-switch", new { scope = "global", state = "halted", reason = "mine" }),
            ("POST", "/api/v1/market/ticks", Array.Empty<object>()),
            ("GET", "/api/v1/admin/audit", new { }),
        ];
        foreach (var (method, path, body) in calls)
        {
            (await user.Send(new HttpMethod(method), path, ApiUser.Json(JsonSerializer.Serialize(body)))).ShouldBeProblem(403, "forbidden");
        }

        // Members that no sign-up has are not taken for roles.
        var name = $"sneak{Guid.NewGuid().ToString("N")[..10]}";
        var answer = await api.Anonymous.Post("/api/v1/auth/register", new
        {
            email = $"{name}@x.example", username = name, password = ApiFixture.Password, roles = new[] { "operator" }, role = "operator", is_admin = true,
        });
        if (answer.Status == 201)
        {
            var me = await new ApiUser(api, answer.Body).Get("/api/v1/auth/me");
            me.Body.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["trader"]);
        }
        else
        {
            answer.ShouldBeProblem(400, "malformed");
        }
    }

    [Fact]
    public async Task The_hub_takes_no_order_without_a_token_and_no_connection_with_a_bad_one()
    {
        await using var hub = await HubClient.Connect(api, null);
        foreach (var (method, arguments) in new (string, object?[])[]
        {
            ("PlaceOrder", [new { symbol = "TEST" }]), ("ReplaceOrder", ["x", new { }]), ("CancelOrder", ["x"]), ("SubscribeOrders", [null]),
        })
        {
            (await hub.Fail(method, arguments)).GetProperty("code").GetString().ShouldBe("unauthorized");
        }

        await Should.ThrowAsync<Exception>(() => HubClient.Connect(api, "eyJhbGciOiJub25lIn0.e30."));
    }

    [Fact]
    public async Task Deep_and_oversized_json_is_refused_before_it_is_read()
    {
        var user = await api.SharedUser();
        foreach (var path in (string[])["/api/v1/orders", "/api/v1/auth/login", "/api/v1/auth/password", "/api/v1/auth/keys"])
        {
            var deep = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);
            (await user.SendRaw(HttpMethod.Post, path, deep[..60_000])).ShouldBeProblem(400, "malformed");
            (await user.SendRaw(HttpMethod.Post, path, $"{{\"a\":\"{new string('x', 100_000)}\"}}")).ShouldBeProblem(413, "too_large");
        }

        await using var hub = await HubClient.Connect(api, user.AccessToken);
        var completion = await hub.Invoke("PlaceOrder", new object[] { JsonDocument.Parse(new string('[', 30) + new string(']', 30)).RootElement }).ContinueWith(t => t.Status == TaskStatus.RanToCompletion);
        (completion || !hub.IsOpen).ShouldBeTrue();
    }

    [Fact]
    public async Task Sql_and_script_in_every_string_are_text_or_refused_and_break_nothing()
    {
        var user = await api.NewUser();
        var before = await user.State();
        foreach (var text in Payloads)
        {
            var escaped = Uri.EscapeDataString(text);
            (await user.Post("/api/v1/orders", new { symbol = text, side = text, type = text, time_in_force = text, qty = text, client_order_id = text })).Status.ShouldBeOneOf(400, 422);
            (await user.Post("/api/v1/auth/login", new { username = text, password = text })).Status.ShouldBeOneOf(400, 401);
            (await user.Post("/api/v1/auth/register", new { email = text, username = text, password = text })).Status.ShouldBeOneOf(400, 422);
            (await user.Get($"/api/v1/market/search?q={escaped}")).Status.ShouldBeOneOf(200, 400);
            (await user.Get($"/api/v1/orders?symbol={escaped}")).Status.ShouldBeOneOf(200, 400, 422);
            (await user.Get($"/api/v1/orders/by_client_order_id/{escaped}")).Status.ShouldBeOneOf(404, 400);
            (await user.Get($"/api/v1/risk/limits?account_id={escaped}")).Status.ShouldBeOneOf(400, 403);
            (await api.Operator.Get($"/api/v1/admin/audit?actor={escaped}&event={escaped}")).Status.ShouldBeOneOf(200, 400);
            (await api.Operator.Post("/api/v1/risk/kill-switch", new { scope = text, id = text, state = text, reason = text })).ShouldBeProblem(400, "malformed");
        }

        (await user.State()).ShouldBe(before);
    }

    [Fact]
    public async Task Answers_tell_browsers_what_our_pages_never_do_and_serve_no_foreign_page()
    {
        var answer = await api.Anonymous.Send(HttpMethod.Get, "/api/v1/market/clock", null, ("Origin", "https://evil.example"));
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'self'; script-src 'self';");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
        answer.Headers.Contains("Server").ShouldBeFalse();
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_friends_page_may_call_and_nobody_elses()
    {
        (string Name, string Value)[] asked = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,content-type")];
        var friend = await api.Anonymous.Send(HttpMethod.Options, "/api/v1/orders", null, [("Origin", ApiFixture.FriendlyOrigin), .. asked]);
        friend.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe(ApiFixture.FriendlyOrigin);
        friend.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        foreach (var origin in (string[])["https://evil.example", "null", ApiFixture.FriendlyOrigin + ".evil.example", "http://friend.example"])
        {
            var other = await api.Anonymous.Send(HttpMethod.Options, "/api/v1/orders", null, [("Origin", origin), .. asked]);
            other.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Brute_force_from_many_addresses_meets_the_lock_of_the_user()
    {
        var user = await api.NewUser();
        var name = (await user.Get("/api/v1/auth/me")).Body.GetProperty("username").GetString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using var client = From($"127.0.1.{i + 1}");
            return (int)(await Post(client, "/api/v1/auth/login", new { username = name, password = $"Wrong-horse-{i}" })).StatusCode;
        }));

        // Whatever address they come from, the count is the user's: a few are tried, the rest is not even looked at.
        answers.Count(a => a == 401).ShouldBeInRange(5, 5 + Environment.ProcessorCount);
        answers.Count(a => a == 429).ShouldBe(40 - answers.Count(a => a == 401));
        (await api.Anonymous.Post("/api/v1/auth/login", new { username = name, password = ApiFixture.Password })).ShouldBeProblem(429, "locked_out");
        (await user.Get("/api/v1/portfolio")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Mass_sign_up_from_one_address_is_stopped_and_others_sign_up_on()
    {
        using var client = From("127.0.2.1");
        HttpResponseMessage? refused = null;
        // At most the limit in each of the minutes that this may touch.
        for (var i = 0; refused is null && i <= 3 * ApiFixture.SignUpsPerMinute; i++)
        {
            var answer = await Post(client, "/api/v1/auth/register", new { email = "x", username = "x", password = "x" });
            refused = answer.StatusCode == HttpStatusCode.TooManyRequests ? answer : null;
        }

        refused.ShouldNotBeNull();
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        refused.Headers.GetValues("X-RateLimit-Limit").Single().ShouldBe($"{ApiFixture.SignUpsPerMinute}");
        refused.Headers.GetValues("X-RateLimit-Remaining").Single().ShouldBe("0");
        await api.NewUser();
    }

    [Fact]
    public async Task A_client_that_sends_its_headers_drop_by_drop_is_cut_off_and_others_are_served()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync("GET /api/v1/market/clock HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
        var ended = Read();
        for (var i = 0; !ended.IsCompleted; i++)
        {
            i.ShouldBeLessThan(600);
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"X-{i}: 1\r\n"));
            }
            catch (IOException)
            {
                break; // cut off
            }

            (await api.Anonymous.Get("/health/live")).Status.ShouldBe(200);
            await Task.WhenAny(ended, Task.Delay(100));
        }

        (await ended).ShouldNotContain("200 OK");

        async Task<string> Read()
        {
            try
            {
                return await new StreamReader(stream, Encoding.ASCII).ReadToEndAsync();
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    /// <summary>A client with another address of the loopback.</summary>
    private static HttpClient From(string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private Task<HttpResponseMessage> Post(HttpClient client, string path, object body) =>
        client.PostAsync(new Uri(api.Address, path), ApiUser.Json(JsonSerializer.Serialize(body)));
}
