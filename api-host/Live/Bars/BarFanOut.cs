using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Bars;

/// <summary>Brings growing bars to connections: one <see cref="BarChannel"/> a symbol and length, as long as a connection watches it.</summary>
public sealed partial class BarFanOut(IClusterClient cluster, TimeProvider clock, ILogger<BarFanOut> log)
    : SymbolFanOut<(string Symbol, Timeframe Timeframe), BarChannel>(key => new BarChannel(key.Symbol, key.Timeframe, cluster, clock), clock)
{
    /// <summary>Begins to send bars as they grow, the newest ones at once. To be disposed of once.</summary>
    public Task<IAsyncDisposable> Watch(string symbol, Timeframe timeframe, Func<Bar, Task> send) => Watch(symbol, timeframe, send, onlyComplete: false);

    /// <summary>Begins to send bars, each once, when it is complete. To be disposed of once.</summary>
    public Task<IAsyncDisposable> WatchComplete(string symbol, Timeframe timeframe, Func<Bar, Task> send) => Watch(symbol, timeframe, send, onlyComplete: true);

    protected override void LogMissed((string Symbol, Timeframe Timeframe) key, string reason) => LogMissed(log, key.Symbol, reason);

    private Task<IAsyncDisposable> Watch(string symbol, Timeframe timeframe, Func<Bar, Task> send, bool onlyComplete)
    {
        var watcher = new BarWatcher(send, onlyComplete);
        return Watch((symbol, timeframe), channel => channel.Join(watcher), channel => channel.Leave(watcher));
    }

    [LoggerMessage(EventId = 4202, Level = LogLevel.Warning, Message = "No bars of {Symbol} for now: {Reason}")]
    private static partial void LogMissed(ILogger log, string symbol, string reason);
}
