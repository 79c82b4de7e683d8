using System.Net;

namespace Bourse.Tests.Api.Dashboard;

/// <summary>Orleans' dashboard is for operators only.</summary>
[Collection(ApiCollection.Name)]
public sealed class DashboardTests(ApiFixture api)
{
    [Theory]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/DashboardCounters")]
    public async Task Only_operators_see_it(string path)
    {
        (await api.Anonymous.Get(path)).Status.ShouldBe(401);
        (await (await api.NewUser()).Get(path)).Status.ShouldBe(403);
        (await api.Operator.Get(path)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_browser_signs_in_by_its_address_once_and_by_a_cookie_of_the_dashboard_alone_from_then_on()
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies }) { BaseAddress = api.Address };

        var page = await browser.GetAsync($"/dashboard?access_token={api.Operator.AccessToken}");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/dashboard/", "the token leaves the address");
        (await browser.GetAsync("/dashboard/index.min.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/api/v1/auth/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        cookies.GetCookies(new Uri(api.Address, "/dashboard/")).Single().HttpOnly.ShouldBeTrue();
    }
}
