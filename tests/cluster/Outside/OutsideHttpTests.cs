using System.Net;
using System.Net.Sockets;
using Bourse.Silo.Outside;
using Microsoft.AspNetCore.Http;

namespace Bourse.Tests.Cluster.Outside;

/// <summary>Requests to a service that is well, limits, breaks, dawdles or is not there.</summary>
public sealed class OutsideHttpTests : IDisposable
{
    private static readonly OutsideHttpOptions s_hasty = new() { RetryDelay = TimeSpan.FromMilliseconds(1), BreakerAttempts = 100 };

    private readonly OutsideServices _services = new();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_read_that_breaks_is_repeated_and_an_order_is_not()
    {
        var broken = 2;
        await using var service = await LocalService.Start(context => Answer(context, Interlocked.Decrement(ref broken) >= 0 ? 500 : 200));
        using var http = Make(service.Address, s_hasty);

        var read = await http.Send(Request("a", mayRepeat: true), CancellationToken.None);
        broken = 1;
        var order = await Should.ThrowAsync<OutsideException>(() => http.Send(Request("b", mayRepeat: false), CancellationToken.None));

        read.Status.ShouldBe(200);
        order.Fault.ShouldBe(OutsideFault.Unknown);
        service.Requests.ShouldBe(["GET /a", "GET /a", "GET /a", "GET /b"]);
    }

    [Fact]
    public async Task Too_many_requests_close_the_budget_for_as_long_as_the_service_says()
    {
        await using var service = await LocalService.Start(context =>
        {
            context.Response.Headers.RetryAfter = "120";
            return Answer(context, 429);
        });
        using var http = Make(service.Address, s_hasty);

        var limited = await Should.ThrowAsync<OutsideException>(() => http.Send(Request("a", mayRepeat: false), CancellationToken.None));
        var kept = await Should.ThrowAsync<OutsideException>(() => http.Send(Request("a", mayRepeat: false), CancellationToken.None));

        limited.Fault.ShouldBe(OutsideFault.NotDone);
        limited.Message.ShouldContain("120");
        kept.Message.ShouldBe("the rate budget is used up");
        service.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_service_that_dawdles_leaves_the_outcome_unknown()
    {
        await using var service = await LocalService.Start(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var http = Make(service.Address, s_hasty with { AttemptTimeout = TimeSpan.FromMilliseconds(100) });

        var slow = await Should.ThrowAsync<OutsideException>(() => http.Send(Request("a", mayRepeat: false), CancellationToken.None));

        slow.Fault.ShouldBe(OutsideFault.Unknown);
    }

    [Fact]
    public async Task A_service_that_is_not_there_has_done_nothing()
    {
        using var http = Make(new Uri($"http://127.0.0.1:{UnusedPort()}/"), s_hasty);

        var down = await Should.ThrowAsync<OutsideException>(() => http.Send(Request("a", mayRepeat: false), CancellationToken.None));

        down.Fault.ShouldBe(OutsideFault.NotDone);
    }

    [Fact]
    public async Task The_circuit_opens_on_failures_is_told_in_the_health_and_closes_when_the_service_is_back()
    {
        var isDown = true;
        await using var service = await LocalService.Start(context => Answer(context, Volatile.Read(ref isDown) ? 503 : 200));
        var clock = new HandClock();
        var options = s_hasty with { BreakerAttempts = 3, BreakTime = TimeSpan.FromMinutes(1) };
        using var http = Make(service.Address, options, clock);
        for (var i = 0; i < 3; i++)
        {
            await Should.ThrowAsync<OutsideException>(() => http.Send(Request("a", mayRepeat: false), CancellationToken.None));
        }

        var open = await Should.ThrowAsync<OutsideException>(() => http.Send(Request("a", mayRepeat: false), CancellationToken.None));

        open.Message.ShouldBe("the circuit is open");
        service.Requests.Count.ShouldBe(3);
        var health = await _services.CheckHealthAsync(null!);
        health.Description.ShouldBe("test: circuit open (answered with status 503)");
        Volatile.Write(ref isDown, false);
        clock.Advance(TimeSpan.FromMinutes(1));
        (await http.Send(Request("a", mayRepeat: false), CancellationToken.None)).IsWell.ShouldBeTrue();
        (await _services.CheckHealthAsync(null!)).Status.ShouldBe(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
    }

    [Fact]
    public async Task What_is_no_json_is_no_answer_and_a_refusal_is_told_without_its_body()
    {
        await using var service = await LocalService.Start(context => Answer(context, context.Request.Path == "/refused" ? 401 : 200, "<html>apikey=abc</html>"));
        using var http = Make(service.Address, s_hasty);

        var garbage = await Should.ThrowAsync<OutsideException>(() => http.Read(() => new HttpRequestMessage(HttpMethod.Get, "a"), 1, CancellationToken.None));
        var refused = await Should.ThrowAsync<OutsideException>(() => http.Read(() => new HttpRequestMessage(HttpMethod.Get, "refused"), 1, CancellationToken.None));

        garbage.Message.ShouldBe("the answer is no JSON");
        refused.ToString().ShouldNotContain("abc");
    }

    [Fact]
    public void A_budget_fills_evenly_and_says_how_long_that_takes()
    {
        var clock = new HandClock();
        var budget = new RateBudget(60, clock);

        budget.Take(60).ShouldBe(TimeSpan.Zero);
        budget.Take(2).ShouldBe(TimeSpan.FromSeconds(2));
        clock.Advance(TimeSpan.FromSeconds(2));
        budget.Take(2).ShouldBe(TimeSpan.Zero);
        budget.Take(1).ShouldBe(TimeSpan.FromSeconds(1));
    }

    private OutsideHttp Make(Uri address, OutsideHttpOptions options, TimeProvider? time = null) => new(address, options, _services.Of("test"), time ?? TimeProvider.System);

    private static OutsideRequest Request(string path, bool mayRepeat) => new(() => new HttpRequestMessage(HttpMethod.Get, path), mayRepeat);

    private static Task Answer(HttpContext context, int status, string body = "{}")
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    private static int UnusedPort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_now);

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
