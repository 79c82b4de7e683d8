namespace Bourse.ApiHost.Live.Depth;

/// <summary>Brings depth and trades to connections: one <see cref="DepthChannel"/> a symbol, as long as a connection watches it.</summary>
public sealed partial class DepthFanOut(IClusterClient cluster, TimeProvider clock, ILogger<DepthFanOut> log)
    : SymbolFanOut<string, DepthChannel>(symbol => new DepthChannel(symbol, cluster), clock)
{
    /// <summary>Begins to send a symbol's depth and trades; the first message is a snapshot. To be disposed of once.</summary>
    /// <param name="levels">A side; 0 = trades alone.</param>
    public Task<IAsyncDisposable> Watch(string symbol, int levels, Func<DepthMessage, Task> send)
    {
        var watcher = new DepthWatcher(send);
        return Watch(symbol, channel => channel.Join(watcher, levels), channel => channel.Leave(watcher, levels));
    }

    protected override void LogMissed(string key, string reason) => LogMissed(log, key, reason);

    [LoggerMessage(EventId = 4200, Level = LogLevel.Warning, Message = "No depth of {Symbol} for now: {Reason}")]
    private static partial void LogMissed(ILogger log, string symbol, string reason);
}
