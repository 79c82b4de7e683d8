using System.Diagnostics;
using Bourse.GrainInterfaces.History;
using Bourse.Grains.Instruments;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;

namespace Bourse.Silo.MarketData;

/// <summary>Plays a replay in a silo of its own, which holds feeds and the catalogue and nothing else.</summary>
public static class ReplaySilo
{
    /// <summary>Plays everything; complete when every bar is in the database. Answers how long that took, the silo's start apart.</summary>
    /// <param name="watch">Shows the work while it goes on, and ends with it.</param>
    public static async Task<TimeSpan> Play(
        ReplaySource source, ReplaySpeed speed, string connectionString, Func<Task, Task> watch, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await Migrator.MigrateAsync(database, cancellation);
        using var silo = Build(database);
        await silo.StartAsync(cancellation);
        var pump = new MarketPump(
            silo.Services.GetRequiredService<IGrainFactory>(),
            silo.Services.GetRequiredService<InstrumentCatalogue>(),
            new MarketDataOptions { Source = MarketDataKind.Replay, Speed = speed.ToString(), Makers = false },
            TimeProvider.System,
            silo.Services.GetRequiredService<ILogger<MarketPump>>());
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            await watch(pump.Run(source, cancellation));
        }
        finally
        {
            // The feeds hand their last bars over as they stop, and the store writes them as it is disposed of.
            await silo.StopAsync(CancellationToken.None);
        }

        return Stopwatch.GetElapsedTime(startedAt);
    }

    private static IHost Build(NpgsqlDataSource database)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.ServeAlone().AddBourseStreams();
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddKeyedSingleton<IGrainStorage>("bourse", (_, _) => new PostgresGrainStorage(database));
            silo.Services.AddSingleton<IHistoryReader>(_ => new HistoryReader(database, TimeProvider.System));
            silo.AddFeeds(database);
        });
        return builder.Build();
    }
}
