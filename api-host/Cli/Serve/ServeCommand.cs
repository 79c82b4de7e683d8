using System.CommandLine;
using Bourse.Silo;
using Bourse.Silo.MarketData;
using Bourse.Silo.Postgres;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary><c>bourse serve</c>: a silo and a front end in one process, on a PostgreSQL that is given or brought up.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serves the page, the API and the grains in one process.");
        foreach (var option in ServeOptions.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) => Run(ServeOptions.From(parsed), cancellation));
        return command;
    }

    private static async Task<int> Run(ServeOptions options, CancellationToken cancellation)
    {
        using var folder = new RunFolder(options.DataDir, "front-1", "silo-1");
        await using var database = await Database.OpenAsOwner(options.DataDir, Console.Error.WriteLine, cancellation);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new FileLoggerProvider(folder.LogFile, TimeProvider.System)));
        await using var storage = await SiloStorage.OpenAsync(
            database.ConnectionString, Environment.GetEnvironmentVariable("BOURSE_POSTGRES_READ"), TimeProvider.System, loggers, cancellation);
        await using var app = Build(options, folder, storage);
        await app.StartAsync(cancellation);
        Console.WriteLine($"Bourse serves at {app.Urls.First()} (data in {Path.GetFullPath(options.DataDir)}); Ctrl-C stops it");
        await UntilAskedToStop(app, cancellation);
        await app.StopAsync(CancellationToken.None);
        Console.Error.WriteLine("stopped");
        return 0;
    }

    private static async Task UntilAskedToStop(WebApplication app, CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var byUser = cancellation.Register(() => asked.TrySetResult());
        using var byHost = app.Lifetime.ApplicationStopping.Register(() => asked.TrySetResult());
        await asked.Task;
    }

    private static WebApplication Build(ServeOptions options, RunFolder folder, SiloStorage storage)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // five lines a request otherwise
        builder.Logging.AddProvider(new FileLoggerProvider(folder.LogFile, TimeProvider.System));
        builder.Logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None); // a refused order is no error; bugs are logged by our filter
        builder.Configuration.AddMasterKey(options.DataDir);
        var scheme = string.IsNullOrEmpty(builder.Configuration["Kestrel:Certificates:Default:Path"]) ? "http" : "https";
        builder.WebHost.UseUrls($"{scheme}://127.0.0.1:{options.Port}");
        builder.AddBourseSilo(storage, marketData => ConfigureMarketData(options, marketData));
        builder.AddBourseFrontEnd();
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        var app = builder.Build();
        app.MapBourseFrontEnd();
        return app;
    }

    private static void ConfigureMarketData(ServeOptions options, MarketDataOptions marketData)
    {
        marketData.Source = options.Replay.Length > 0 ? MarketDataKind.Replay : MarketDataKind.Simulator;
        marketData.Speed = options.Speed;
        marketData.Seed = options.Seed;
        foreach (var file in options.Replay)
        {
            marketData.Files.Add(file.FullName);
        }
    }
}
