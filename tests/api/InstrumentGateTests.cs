using System.Reflection;
using Bourse.ApiHost.Market;
using Bourse.GrainInterfaces.Instruments;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Bourse.Tests.Api;

public sealed class InstrumentGateTests
{
    [Fact]
    public async Task Requests_wait_until_the_front_end_knows_its_instruments()
    {
        var answer = new TaskCompletionSource<CatalogueChanges>();
        var catalogue = Fake<ICatalogueGrain>.Answer(answer.Task);
        using var instruments = new InstrumentCache(Fake<IGrainFactory>.Answer(catalogue), TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(instruments);
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseInstrumentGate();
        app.MapGet("/api/v1/anything", () => "served");
        app.MapGet("/health/live", () => "live");
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        var waiting = http.GetStringAsync("/api/v1/anything");
        (await http.GetStringAsync("/health/live")).ShouldBe("live");
        waiting.IsCompleted.ShouldBeFalse();
        var refresh = instruments.Refresh();
        answer.SetResult(new CatalogueChanges(1, []));
        await refresh;

        (await waiting).ShouldBe("served");
        (await http.GetStringAsync("/api/v1/anything")).ShouldBe("served");
    }

    /// <summary>Answers every call the same.</summary>
    private class Fake<T> : DispatchProxy
        where T : class
    {
        private object? _answer;

        public static T Answer(object answer)
        {
            var fake = Create<T, Fake<T>>();
            ((Fake<T>)(object)fake)._answer = answer;
            return fake;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer;
    }
}
