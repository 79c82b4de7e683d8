using System.Collections.Concurrent;
using System.CommandLine;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Cli.Load.Yardsticks;

/// <summary>
/// The yardstick <c>plain-hub</c>: the smallest honest SignalR broadcast. Ticks come in over HTTP and stay in a dictionary; a timer sends each connection the
/// newest quotes of the symbols that it watches, as objects, as a first version of such a server does.
/// </summary>
internal static class PlainHub
{
    private static readonly ConcurrentDictionary<string, Quote> s_quotes = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string[]> s_watches = new(StringComparer.Ordinal);

    public static Command Create()
    {
        var interval = new Option<int>("--interval") { DefaultValueFactory = _ => 200 };
        var command = new Command("plain-hub", "The yardstick of quotes; started by the others.") { interval };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => Run(parsed.GetValue(interval), cancellation));
        return command;
    }

    private static async Task<int> Run(int intervalMs, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        await using var app = builder.Build();
        app.MapHub<QuoteHub>("/hubs/trading");
        app.MapPost("/api/v1/market/ticks", (Tick[] ticks) =>
        {
            foreach (var tick in ticks)
            {
                s_quotes[tick.symbol] = new Quote(tick.symbol, (tick.bid + tick.ask) / 2, 0, 0, tick.bid, tick.bid_size, tick.ask, tick.ask_size, 0, tick.timestamp, 0);
            }
        });
        await app.StartAsync(cancellation);
        Console.WriteLine($"listens at {app.Urls.First()} ");
        var clients = app.Services.GetRequiredService<IHubContext<QuoteHub>>().Clients;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(intervalMs));
        while (!cancellation.IsCancellationRequested && await timer.WaitForNextTickAsync(cancellation))
        {
            foreach (var (connection, symbols) in s_watches)
            {
                Quote[] newest = [.. symbols.Select(symbol => s_quotes.GetValueOrDefault(symbol)).OfType<Quote>()];
                _ = clients.Client(connection).SendAsync("price_update", newest, cancellation);
            }
        }

        return 0;
    }

    /// <summary>The yardstick's hub.</summary>
    public sealed class QuoteHub : Hub
    {
        public void Watch(string[] symbols) => s_watches[Context.ConnectionId] = symbols;

        public override Task OnDisconnectedAsync(Exception? exception)
        {
            s_watches.TryRemove(Context.ConnectionId, out _);
            return Task.CompletedTask;
        }
    }

    private sealed record Tick(string symbol, decimal bid, decimal bid_size, decimal ask, decimal ask_size, long timestamp);

    private sealed record Quote(
        string symbol, decimal price, decimal change, decimal change_pct, decimal bid, decimal bid_size, decimal ask, decimal ask_size, decimal volume, long timestamp, long seq);
}
