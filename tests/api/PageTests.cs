namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class PageTests(ApiFixture api)
{
    [Theory]
    [InlineData("/"), InlineData("/orders/today")]
    public async Task The_page_is_served_at_every_address_of_its_own(string path)
    {
        var page = await api.Anonymous.Get(path);
        page.Status.ShouldBe(200);
        page.MediaType.ShouldBe("text/html");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'self'");
        page.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    [Theory]
    [InlineData("/assets/missing.js"), InlineData("/api/v1/missing"), InlineData("/health/missing"), InlineData("/hubs/missing"), InlineData("/..%2f..%2fetc%2fpasswd%00")]
    public async Task What_is_missing_is_no_page(string path) => (await api.Anonymous.Get(path)).Status.ShouldBeOneOf(400, 404);
}
