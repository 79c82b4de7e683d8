using System.Text;
using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class AuthTests(ApiFixture api)
{
    private static int s_names;

    [Fact]
    public async Task A_new_user_is_signed_in_and_has_a_paper_account()
    {
        var user = await api.NewUser();

        var me = await user.Get("/api/v1/auth/me");
        me.Status.ShouldBe(200);
        me.Body.GetProperty("user_id").GetString().ShouldBe(user.UserId);
        me.Body.GetProperty("roles")[0].GetString().ShouldBe("trader");
        var portfolio = await user.Portfolio();
        portfolio.GetProperty("cash").GetString().ShouldBe("100000");
        portfolio.GetProperty("currency").GetString().ShouldBe("USD");
    }

    [Theory]
    [InlineData("no-at-sign", "malformed", 400)]
    [InlineData("two@@signs.example", "malformed", 400)]
    [InlineData("a@nodot", "malformed", 400)]
    [InlineData(".a@x.example", "malformed", 400)]
    [InlineData("a b@x.example", "malformed", 400)]
    [InlineData("a@-x.example", "malformed", 400)]
    [InlineData("<script>@x.example", "malformed", 400)]
    public async Task An_address_that_is_none_is_refused(string email, string code, int status) =>
        (await Register(email, Name(), ApiFixture.Password)).ShouldBeProblem(status, code);

    [Theory]
    [InlineData("ab")]
    [InlineData("-abc")]
    [InlineData("with space")]
    [InlineData("a/../b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_user_name_that_is_none_is_refused(string name) =>
        (await Register($"{Name()}@x.example", name, ApiFixture.Password)).ShouldBeProblem(400, "malformed");

    [Theory]
    [InlineData("Sh0rt-a")]
    [InlineData("no-upper-case-1")]
    [InlineData("NO-LOWER-CASE-1")]
    [InlineData("No-digit-here")]
    [InlineData("NoOtherSign1")]
    public async Task A_weak_password_is_refused(string password) =>
        (await Register($"{Name()}@x.example", Name(), password)).ShouldBeProblem(422, "weak_password");

    [Fact]
    public async Task Address_and_user_name_are_taken_once_whatever_their_case()
    {
        var (first, second) = (Name(), Name());
        (await Register($"{first}@x.example", first, ApiFixture.Password)).Status.ShouldBe(201);

        (await Register($"{first.ToUpperInvariant()}@X.example", second, ApiFixture.Password)).ShouldBeProblem(409, "email_taken");
        (await Register($"{second}@x.example", first.ToUpperInvariant(), ApiFixture.Password)).ShouldBeProblem(409, "username_taken");
        // The address that the second try took has been given back.
        (await Register($"{second}@x.example", second, ApiFixture.Password)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Of_many_sign_ups_with_one_name_at_once_one_wins()
    {
        var name = Name();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Register($"{name}{i}@x.example", name, ApiFixture.Password)));
        answers.Count(a => a.Status == 201).ShouldBe(1);
        answers.Count(a => a.Status == 409).ShouldBe(7);
    }

    [Fact]
    public async Task Sign_in_takes_the_address_or_the_name_and_the_right_password_only()
    {
        var name = Name();
        await Register($"{name}@x.example", name, ApiFixture.Password);

        (await Login(new { username = name, password = ApiFixture.Password })).Status.ShouldBe(200);
        (await Login(new { email = $"{name}@x.example".ToUpperInvariant(), password = ApiFixture.Password })).Status.ShouldBe(200);
        (await Login(new { username = name, password = "Wrong-horse-1" })).ShouldBeProblem(401, "invalid_credentials");
        (await Login(new { username = "nobody-" + name, password = ApiFixture.Password })).ShouldBeProblem(401, "invalid_credentials");
        (await Login(new { password = ApiFixture.Password })).ShouldBeProblem(400, "malformed");
        (await Login(new { username = name })).ShouldBeProblem(400, "malformed");
    }

    [Fact]
    public async Task Wrong_passwords_in_a_row_lock_the_user_out_for_a_while()
    {
        var name = Name();
        await Register($"{name}@x.example", name, ApiFixture.Password);
        for (var i = 0; i < 5; i++)
        {
            (await Login(new { username = name, password = "Wrong-horse-1" })).Status.ShouldBe(401);
        }

        var locked = await Login(new { username = name, password = ApiFixture.Password });
        locked.ShouldBeProblem(429, "locked_out");
        locked.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_refresh_token_is_replaced_at_each_use()
    {
        var user = await api.NewUser();
        var second = await Refresh(user.RefreshToken!);
        second.Status.ShouldBe(200);
        var third = await Refresh(second.Body.GetProperty("refresh_token").GetString()!);
        third.Status.ShouldBe(200);
        user.AccessToken = third.Body.GetProperty("access_token").GetString();
        (await user.Get("/api/v1/auth/me")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_refresh_token_used_twice_ends_its_session()
    {
        var user = await api.NewUser();
        var second = await Refresh(user.RefreshToken!);

        (await Refresh(user.RefreshToken!)).ShouldBeProblem(401, "refresh_token_reused");
        (await Refresh(second.Body.GetProperty("refresh_token").GetString()!)).ShouldBeProblem(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task Of_two_uses_of_a_refresh_token_at_once_at_most_one_succeeds()
    {
        var user = await api.NewUser();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Refresh(user.RefreshToken!)));
        answers.Count(a => a.Status == 200).ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("..")]
    [InlineData("00000000000000000000000000000000.00000000000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_refresh_token_that_is_none_is_refused(string token) =>
        (await Refresh(token)).Status.ShouldBeOneOf(400, 401);

    [Fact]
    public async Task Logout_ends_the_session_and_may_be_repeated()
    {
        var user = await api.NewUser();
        for (var i = 0; i < 2; i++)
        {
            (await user.Post("/api/v1/auth/logout", new { refresh_token = user.RefreshToken })).Status.ShouldBe(204);
        }

        (await Refresh(user.RefreshToken!)).ShouldBeProblem(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_is_worthless()
    {
        var user = await api.NewUser();
        var parts = user.AccessToken!.Split('.');
        var claims = Encoding.UTF8.GetString(Decode(parts[1]));
        var other = await api.NewUser();
        var forged = claims.Replace(user.UserId, other.UserId);
        var none = Encode("""{"alg":"none","typ":"JWT"}""");
        var kid = JsonDocument.Parse(Decode(parts[0])).RootElement.GetProperty("kid").GetString();
        string[] tokens =
        [
            $"{parts[0]}.{Encode(forged)}.{parts[2]}",
            $"{none}.{parts[1]}.",
            $"{none}.{parts[1]}.{parts[2]}",
            $"{Encode($$"""{"alg":"HS512","typ":"JWT","kid":"{{kid}}"}""")}.{parts[1]}.{parts[2]}",
            $"{Encode("""{"alg":"HS256","typ":"JWT","kid":"other"}""")}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{parts[2][..^1]}{(parts[2][^1] == 'A' ? 'B' : 'A')}",
            $"{parts[0]}.{parts[1]}.{parts[2]}=",
            $"{parts[0]}.{parts[1]}",
            $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[2]}",
            "x",
            new string('a', 10_000),
        ];
        foreach (var token in tokens)
        {
            user.AccessToken = token;
            (await user.Get("/api/v1/portfolio")).ShouldBeProblem(401, "unauthorized");
        }
    }

    [Fact]
    public async Task Every_call_on_an_account_needs_a_sign_in()
    {
        string[] paths =
        [
            "/api/v1/auth/me", "/api/v1/orders", $"/api/v1/orders/{Guid.NewGuid()}", "/api/v1/portfolio", "/api/v1/portfolio/history", "/api/v1/positions",
            "/api/v1/positions/TEST", "/api/v1/account/activities", "/api/v1/accounts", "/api/v1/risk/limits",
        ];
        foreach (var path in paths)
        {
            var answer = await api.Anonymous.Get(path);
            answer.ShouldBeProblem(401, "unauthorized");
            answer.Headers.WwwAuthenticate.ShouldNotBeEmpty();
        }
    }

    private static string Name() => $"n{Interlocked.Increment(ref s_names)}-{Guid.NewGuid().ToString("N")[..10]}";

    private static byte[] Decode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private Task<ApiAnswer> Register(string email, string username, string password) =>
        api.Anonymous.Post("/api/v1/auth/register", new { email, username, password });

    private Task<ApiAnswer> Login(object body) => api.Anonymous.Post("/api/v1/auth/login", body);

    private Task<ApiAnswer> Refresh(string token) => api.Anonymous.Post("/api/v1/auth/refresh", new { refresh_token = token });
}
