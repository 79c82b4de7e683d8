using System.CommandLine;
using Bourse.ApiHost.Security;
using Bourse.Silo;
using Bourse.Silo.MarketData;
using Bourse.Silo.Postgres;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary><c>bourse serve</c>: a silo, a front end or both in one process, or several processes; on a PostgreSQL that is given or brought up.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serves the page, the API and the grains, in one process or several.");
        foreach (var option in ServeOptions.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) => Run(ServeOptions.From(parsed), cancellation));
        return command;
    }

    private static Task<int> Run(ServeOptions options, CancellationToken cancellation)
    {
        if (options.FindFault() is { } fault)
        {
            Console.Error.WriteLine($"bourse: {fault}");
            return Task.FromResult(2);
        }

        if (options.AddsSilo)
        {
            options = options with { Role = ServeRole.Silo, Number = RunFolder.NextNumber(options.DataDir, "silo") };
        }

        return options.SiloProcesses is null ? Serve(options, cancellation) : ServeProcesses.Run(options, cancellation);
    }

    private static async Task<int> Serve(ServeOptions options, CancellationToken cancellation)
    {
        using var folder = new RunFolder(options.DataDir, RolesOf(options));

        // One process is all there is, and ends with its database; one of several is a guest there.
        await using var database = options.Role == ServeRole.Both
            ? await Database.OpenAsOwner(options.DataDir, Console.Error.WriteLine, cancellation)
            : await Database.OpenExisting(options.DataDir, Console.Error.WriteLine, cancellation);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new FileLoggerProvider(folder.LogFile, TimeProvider.System)));
        var replica = Environment.GetEnvironmentVariable("BOURSE_POSTGRES_READ");
        await using var storage = options.Role == ServeRole.Front
            ? null
            : await SiloStorage.OpenAsync(database.ConnectionString, replica, TimeProvider.System, loggers, cancellation);
        await using var history = new HistoryStorage(database.ConnectionString, replica);
        await using var app = options.Role == ServeRole.Silo
            ? (IAsyncDisposable)BuildSilo(options, folder, storage!)
            : BuildFront(options, folder, builder => _ = storage is null
                ? builder.AddBourseClient(database.ConnectionString, history)
                : builder.AddBourseClusterSilo(NameOf(ServeRole.Silo, options.Number), storage, marketData => ConfigureMarketData(options, builder.Configuration, marketData)));
        await RunHost((IHost)app, options, cancellation);
        return 0;
    }

    private static async Task RunHost(IHost host, ServeOptions options, CancellationToken cancellation)
    {
        await host.StartAsync(cancellation);
        var where = host is WebApplication app ? $" at {app.Urls.First()}" : "";
        Console.WriteLine($"{(options.Role == ServeRole.Both ? "Bourse" : NameOf(options.Role, options.Number))} serves{where} (data in {Path.GetFullPath(options.DataDir)}); Ctrl-C stops it");
        await UntilAskedToStop(host, cancellation);
        await host.StopAsync(CancellationToken.None);
        Console.Error.WriteLine("stopped");
    }

    private static async Task UntilAskedToStop(IHost host, CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var byUser = cancellation.Register(() => asked.TrySetResult());
        using var byHost = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => asked.TrySetResult());
        await asked.Task;
    }

    private static string NameOf(ServeRole role, int number) => $"{(role == ServeRole.Silo ? "silo" : "front")}-{number}";

    private static string[] RolesOf(ServeOptions options) => options.Role == ServeRole.Both
        ? [NameOf(ServeRole.Front, options.Number), NameOf(ServeRole.Silo, options.Number)]
        : [NameOf(options.Role, options.Number)];

    private static IHost BuildSilo(ServeOptions options, RunFolder folder, SiloStorage storage)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        AddLogging(builder.Logging, folder);
        builder.Configuration.AddSecretFiles();
        builder.Configuration.AddMasterKey(options.DataDir);
        builder.AddBourseClusterSilo(
            NameOf(ServeRole.Silo, options.Number), storage, marketData => ConfigureMarketData(options, builder.Configuration, marketData));
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        return builder.Build();
    }

    private static WebApplication BuildFront(ServeOptions options, RunFolder folder, Action<WebApplicationBuilder> addCluster)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        AddLogging(builder.Logging, folder);
        builder.Configuration.AddMasterKey(options.DataDir);
        var scheme = string.IsNullOrEmpty(builder.Configuration["Kestrel:Certificates:Default:Path"]) ? "http" : "https";
        builder.WebHost.UseUrls($"{scheme}://{builder.Configuration["Http:Address"] ?? "127.0.0.1"}:{options.Port}");
        addCluster(builder);
        builder.AddBourseFrontEnd();
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        var app = builder.Build();
        app.MapBourseFrontEnd();
        return app;
    }

    private static void AddLogging(ILoggingBuilder logging, RunFolder folder)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // five lines a request otherwise
        logging.AddFilter("Polly", LogLevel.Warning); // official Orleans places each grain through it, at two lines a grain
        logging.AddProvider(new FileLoggerProvider(folder.LogFile, TimeProvider.System));
        logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None); // a refused order is no error; bugs are logged by our filter
    }

    private static void ConfigureMarketData(ServeOptions options, IConfiguration configuration, MarketDataOptions marketData)
    {
        marketData.Source = options.Replay.Length > 0 ? MarketDataKind.Replay : configuration.GetValue("MarketData:Source", MarketDataKind.Simulator);
        marketData.Speed = options.Speed;
        marketData.Seed = options.Seed;
        foreach (var file in options.Replay)
        {
            marketData.Files.Add(file.FullName);
        }
    }
}
