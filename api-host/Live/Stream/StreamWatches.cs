using Bourse.ApiHost.Live.Depth;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>What one connection of the plain stream watches besides quotes: trades and minute bars. Used by one action after the other, as the session does.</summary>
/// <param name="send">Brings a message to the connection.</param>
internal sealed class StreamWatches(StreamServices shared, Func<byte[], Task> send) : IAsyncDisposable
{
    private readonly Dictionary<string, IAsyncDisposable> trades = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IAsyncDisposable> bars = new(StringComparer.Ordinal);

    public IEnumerable<string> Trades => trades.Keys;

    public IEnumerable<string> Bars => bars.Keys;

    public bool HasRoomFor(IEnumerable<string> newTrades, IEnumerable<string> newBars) =>
        trades.Keys.Union(newTrades).Count() + bars.Keys.Union(newBars).Count() <= shared.Options.Value.MaxDepthsPerConnection;

    public async Task Begin(IEnumerable<string> newTrades, IEnumerable<string> newBars)
    {
        foreach (var symbol in newTrades.Where(symbol => !trades.ContainsKey(symbol)))
        {
            trades[symbol] = await shared.Trades.Watch(symbol, levels: 0, SendTrade);
        }

        foreach (var symbol in newBars.Where(symbol => !bars.ContainsKey(symbol)))
        {
            bars[symbol] = await shared.Bars.WatchComplete(symbol, Timeframe.Minute, bar => send(StreamMessages.Bar(symbol, bar)));
        }
    }

    public async Task End(IEnumerable<string> oldTrades, IEnumerable<string> oldBars)
    {
        await End(trades, oldTrades);
        await End(bars, oldBars);
    }

    public async ValueTask DisposeAsync() => await End([.. trades.Keys], [.. bars.Keys]);

    private static async Task End(Dictionary<string, IAsyncDisposable> watches, IEnumerable<string> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (watches.Remove(symbol, out var watch))
            {
                await watch.DisposeAsync();
            }
        }
    }

    private Task SendTrade(DepthMessage message) => send(message.Trade?.Stream ?? StreamMessages.Error(StreamError.SlowClient));
}
