using Bourse.Silo.Outside;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Api.Health;

[Collection(ApiCollection.Name)]
public sealed class OutsideHealthTests(ApiFixture api)
{
    [Fact]
    public async Task An_outside_service_that_is_away_is_told_by_the_health_and_the_platform_stays_ready()
    {
        var service = api.Services.GetRequiredService<OutsideServices>().Of("test-provider");
        service.LineDown("closed by the other end");

        var away = await api.Anonymous.Get("/health/ready");
        service.LineUp();
        var back = await api.Anonymous.Get("/health/ready");

        away.Status.ShouldBe(200);
        away.Body.GetProperty("checks").GetProperty("outside").GetString().ShouldBe("test-provider: not connected (closed by the other end)");
        back.Body.GetProperty("checks").GetProperty("outside").GetString().ShouldBe("ok");
    }
}
