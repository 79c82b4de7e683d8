using System.Globalization;
using Bourse.Silo.Postgres;
using Bourse.Tests.Api.Crash;
using Npgsql;
using Xunit.Abstractions;

namespace Bourse.Tests.Api.Chaos;

/// <summary>The primary PostgreSQL dies under load, all of its processes at once, and its synchronous standby is promoted.</summary>
[Collection("chaos")]
public sealed partial class FailoverTests(ITestOutputHelper output)
{
    private const int Traders = 3;
    private const int Orders = 150;
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_promoted_standby_goes_on_with_every_acknowledged_order_and_one_writer_for_each_grain()
    {
        var data = TestServer.NewFolder();
        await Run(data, _ => Task.CompletedTask);
        Directory.Delete(data, recursive: true);
    }

    /// <param name="meanwhile">Done while there is no primary.</param>
    private async Task Run(string data, Func<ChaosCluster, Task> meanwhile)
    {
        var primary = await TestServer.Start(folder: data);
        var standby = await Standby.StartOf(primary);
        await Standby.MakeSynchronous(primary);
        await using var cluster = await ChaosCluster.Start(silos: 2, fronts: 1, data, primary, Both(primary, standby));
        try
        {
            await using var probes = await Probes.Start(cluster.AnyFront);
            var traders = await Task.WhenAll(Enumerable.Range(0, Traders).Select(async i =>
                new CrashTrader(await ChaosTests.Register(cluster.AnyFront, $"trader{i}"), i, $"trader{i}", () => { })));
            var trading = Task.WhenAll(traders.Select(trader => trader.Trade()));
            await Until(traders, Orders, trading);

            probes.Reset();
            Standby.Kill(primary);
            await meanwhile(cluster);
            await Standby.Promote(standby);
            var away = await probes.UntilServed();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"no account was away for more than {away.TotalSeconds:F2} s"));
            cluster.Postgres = standby;

            await Until(traders, traders.Sum(t => t.Record.Acknowledged.Count) + Orders, trading);
            traders.ToList().ForEach(trader => trader.Stop());
            await trading.WaitAsync(s_stuck);
            await Stored.ShouldHoldWhatWasTold(cluster.Command, traders);
            (await cluster.SecondWriters()).ShouldBe(0);
        }
        catch
        {
            output.WriteLine(cluster.Logs());
            throw;
        }
    }

    private static string Both(LocalPostgres primary, LocalPostgres standby)
    {
        var settings = new NpgsqlConnectionStringBuilder(primary.ConnectionString) { Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}" };
        settings.Remove("Port");
        return settings.ConnectionString;
    }

    private static async Task Until(CrashTrader[] traders, int orders, Task trading)
    {
        var deadline = Task.Delay(s_stuck);
        while (traders.Sum(t => t.Record.Acknowledged.Count) < orders)
        {
            deadline.IsCompleted.ShouldBeFalse("traders get no answers");
            if (trading.IsFaulted)
            {
                await trading;
            }

            await Task.Delay(20);
        }
    }
}
