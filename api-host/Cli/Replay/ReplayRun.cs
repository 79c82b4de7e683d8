using System.Diagnostics;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.History;
using Bourse.Grains.Instruments;
using Bourse.Silo.MarketData;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Npgsql;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;
using Spectre.Console;

namespace Bourse.ApiHost.Cli.Replay;

/// <summary>One replay in a silo of its own, which holds feeds and the catalogue and nothing else.</summary>
internal static class ReplayRun
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(200);

    /// <summary>Plays everything; complete when every bar is in the database.</summary>
    public static async Task<ReplayReport> Run(ReplaySource.Settings settings, string connectionString, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await Migrator.MigrateAsync(database, cancellation);
        using var counts = new FeedCounts();
        var source = new ReplaySource(settings, TimeProvider.System);
        var startedAt = Stopwatch.GetTimestamp();
        using (var silo = Build(database))
        {
            await silo.StartAsync(cancellation);
            var pump = new MarketPump(
                silo.Services.GetRequiredService<IGrainFactory>(),
                silo.Services.GetRequiredService<InstrumentCatalogue>(),
                new MarketDataOptions { Source = MarketDataKind.Replay, Speed = settings.Speed.ToString(), Makers = false },
                TimeProvider.System,
                silo.Services.GetRequiredService<ILogger<MarketPump>>());
            startedAt = Stopwatch.GetTimestamp();
            try
            {
                await Show(source, pump.Run(source, cancellation));
            }
            finally
            {
                // The feeds hand their last bars over as they stop, and the store writes them as it is disposed of.
                await silo.StopAsync(CancellationToken.None);
            }
        }

        return new ReplayReport(source.Ticks, counts.Refused, counts.Late, counts.WrittenBars, counts.LostBars, Stopwatch.GetElapsedTime(startedAt));
    }

    private static IHost Build(NpgsqlDataSource database)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering().AddMemoryStreams(Streams.Provider);
#if ORLEANS
            silo.AddMemoryGrainStorage("PubSubStore");
#endif
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddKeyedSingleton<IGrainStorage>("bourse", (_, _) => new PostgresGrainStorage(database));
            silo.Services.AddSingleton<IHistoryReader>(_ => new HistoryReader(database, TimeProvider.System));
            silo.AddFeeds(database);
        });
        return builder.Build();
    }

    /// <summary>Draws how far the replay is until the work is done; on a terminal only.</summary>
    private static Task Show(ReplaySource source, Task work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Capabilities.Interactive)
        {
            return work;
        }

        return console.Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask("replay", maxValue: 1);
            while (!work.IsCompleted)
            {
                bar.Description = $"{source.Ticks:N0} ticks";
                bar.Value = source.Progress;
                await Task.WhenAny(work, Task.Delay(s_redraw));
            }

            bar.Value = source.Progress;
            await work;
        });
    }
}
