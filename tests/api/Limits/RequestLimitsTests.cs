using System.Net;
using Bourse.ApiHost.Limits;
using Bourse.Grains.Limits;
using Bourse.Silo.Limits;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Bourse.Tests.Api.Limits;

/// <summary>Limits counted by grains on a real PostgreSQL, as several front ends and restarts see them.</summary>
public sealed class RequestLimitsTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private NpgsqlDataSource _source = null!;
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _source = NpgsqlDataSource.Create(await TestServer.MakeDatabase());
        await StartCluster();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task A_caller_is_refused_past_the_limit_until_the_next_minute_and_others_are_not()
    {
        var limits = FrontEnd(new LimitOptions { RequestsPerMinute = 2 });
        (await limits.Take(LimitKind.Requests, "a")).ShouldBe(new LimitUse(true, 2, 1, 55));
        (await limits.Take(LimitKind.Requests, "a")).Remaining.ShouldBe(0);
        (await limits.Take(LimitKind.Requests, "a")).Allowed.ShouldBeFalse();
        (await limits.Take(LimitKind.Requests, "b")).Allowed.ShouldBeTrue();
        (await limits.Take(LimitKind.SignIns, "a")).Allowed.ShouldBeTrue();

        _clock.Now += TimeSpan.FromMinutes(1);
        (await limits.Take(LimitKind.Requests, "a")).Allowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Beyond_the_number_of_callers_that_are_told_apart_the_rest_share_one_count()
    {
        var limits = FrontEnd(new LimitOptions { RequestsPerMinute = 2, MaxCallers = 3 });
        var allowed = 0;
        for (var i = 0; i < 10; i++)
        {
            allowed += (await limits.Take(LimitKind.Requests, $"caller {i}")).Allowed ? 1 : 0;
        }

        allowed.ShouldBe(3 + 2);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1_500)]
    public async Task A_limit_counted_across_two_front_ends_and_a_restart_is_exact(int limit)
    {
        var options = new LimitOptions { RequestsPerMinute = limit };
        var allowed = await TakeAtOnce(limit / 2, FrontEnd(options), FrontEnd(options));
        allowed.ShouldBe(limit / 2);

        await _cluster.DisposeAsync();
        await StartCluster();

        allowed += await TakeAtOnce(limit + 10, FrontEnd(options), FrontEnd(options));
        allowed.ShouldBe(limit);
        (await FrontEnd(options).Take(LimitKind.Requests, "one")).ShouldBe(new LimitUse(false, limit, 0, 55));
    }

    [Fact]
    public async Task After_a_crash_never_more_is_allowed_and_at_most_a_hundredth_less()
    {
        const int limit = 1_000;
        var options = new LimitOptions { RequestsPerMinute = limit };
        var allowed = await TakeAtOnce(505, FrontEnd(options));

        await _cluster.KillSiloAsync(_cluster.Silos[0]);
        await StartCluster();

        allowed += await TakeAtOnce(limit, FrontEnd(options));
        allowed.ShouldBeInRange(limit - (limit / 100), limit);
    }

    [Theory]
    [InlineData("10.1.2.3", "address:10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "address:10.1.2.3")]
    [InlineData("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::9", "address:2001:db8:1:2::/64")]
    public void An_address_is_counted_once_however_it_is_written(string address, string counted) =>
        LimitMiddleware.Address(IPAddress.Parse(address)).ShouldBe(counted);

    private static async Task<int> TakeAtOnce(int count, params RequestLimits[] frontEnds)
    {
        var takes = Enumerable.Range(0, count).Select(i => frontEnds[i % frontEnds.Length].Take(LimitKind.Requests, "one").AsTask());
        return (await Task.WhenAll(takes)).Count(use => use.Allowed);
    }

    private RequestLimits FrontEnd(LimitOptions options) =>
        new(_cluster.Client, Options.Create(options), _clock, NullLogger<RequestLimits>.Instance);

    private async Task StartCluster()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(_clock);
            silo.Services.AddSingleton<IRateCounts>(new PostgresRateCounts(_source));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }
}
