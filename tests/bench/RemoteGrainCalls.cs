using System.Diagnostics;
using Bourse.Silo;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Bench;

/// <summary>Grain calls a second from a client in this process to a silo in another: <c>bench grain-calls</c> runs it after the local ones.</summary>
internal static class RemoteGrainCalls
{
    private const int CallsPerRound = 2_000;

    /// <summary>The other process: a silo on that database, until its input ends.</summary>
    public static async Task<int> Silo(string connectionString)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.ServeAmongOthers(connectionString));
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("serves");
        await Console.In.ReadLineAsync();
        await host.StopAsync();
        return 0;
    }

    public static async Task Run(int seconds, Func<string, int, int, Func<int, Task<int>>, Task> measure)
    {
        await using var database = await BenchDatabase.Open();
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await Migrator.MigrateAsync(source, CancellationToken.None);
        }

        using var silo = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(RemoteGrainCalls).Assembly.Location, "grain-calls-silo", database.ConnectionString])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await silo.StandardOutput.ReadLineAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database.ConnectionString)));
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IClusterClient>();
        var ping = new Ping("AAPL", 10, 178.50m);
        foreach (var callers in new[] { 1, 10, 100, 400 })
        {
            await measure($"between two processes, {callers,3} callers (CPU of the caller's)", seconds, callers, async i =>
            {
                var grain = grains.GetGrain<IEchoGrain>(i);
                for (var n = 0; n < CallsPerRound / callers + 1; n++)
                {
                    await grain.Echo(ping);
                }

                return (CallsPerRound / callers) + 1;
            });
        }

        await host.StopAsync();
        await silo.StandardInput.WriteLineAsync();
        await silo.WaitForExitAsync();
    }
}
