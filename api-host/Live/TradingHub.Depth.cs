using System.Text.Json;
using Bourse.ApiHost.Live.Bars;
using Bourse.ApiHost.Live.Depth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <content>Depth, trades and bars of single symbols.</content>
public sealed partial class TradingHub
{
    private const int MaxDepthLevels = 1_000;

    /// <summary>
    /// Sends the symbol's depth, so many levels a side: a snapshot, then differences, and its trades. Asked again, it begins again with a snapshot:
    /// what a client does that has found a gap.
    /// </summary>
    public async Task SubscribeDepth(JsonElement symbol, JsonElement levels)
    {
        var instrument = await Known(symbol);
        var count = HubArguments.Int(levels, nameof(levels), 1, MaxDepthLevels);
        var client = shared.Hub.Clients.Client(Context.ConnectionId);
        var aborted = Context.ConnectionAborted;
        await Session.BeginWatch(
            DepthKey(instrument), shared.Options.Value.MaxDepthsPerConnection,
            () => shared.Services.GetRequiredService<DepthFanOut>().Watch(instrument, count, message => client.SendAsync(message.Event, message.Json, aborted)));
    }

    public async Task UnsubscribeDepth(JsonElement symbol) => await Session.EndWatch(DepthKey(await Known(symbol)));

    /// <summary>
    /// Sends the symbol's bars of a length (1s, 1m, 5m, 1h, 1d) as they grow, as events <c>bar_update</c>: the newest bar and the one before it at once, then each
    /// change, a few times a second at most. Of trades, or of the middle where there are only quotes, as the chart.
    /// </summary>
    public async Task SubscribeBars(JsonElement symbol, JsonElement timeframe)
    {
        var instrument = await Known(symbol);
        var length = Timeframe(timeframe);
        var client = shared.Hub.Clients.Client(Context.ConnectionId);
        var aborted = Context.ConnectionAborted;
        await Session.BeginWatch(
            BarsKey(instrument, length), shared.Options.Value.MaxDepthsPerConnection,
            () => shared.Services.GetRequiredService<BarFanOut>().Watch(
                instrument, MarketNames.ToTimeframe(length), bar => client.SendAsync("bar_update", BarUpdateJson.From(instrument, length, bar), aborted)));
    }

    public async Task UnsubscribeBars(JsonElement symbol, JsonElement timeframe) => await Session.EndWatch(BarsKey(await Known(symbol), Timeframe(timeframe)));

    private static string Timeframe(JsonElement timeframe)
    {
        var text = HubArguments.Id(timeframe, nameof(timeframe));
        return MarketNames.Timeframes.Contains(text) ? text : throw new ProblemException(Problem.Malformed(nameof(timeframe), "timeframe is to be 1s, 1m, 5m, 1h or 1d."));
    }

    private static string BarsKey(string symbol, string timeframe) => $"bars {timeframe} {symbol}";

    private static string DepthKey(string symbol) => "depth " + symbol;

    private async Task<string> Known(JsonElement symbol)
    {
        var text = HubArguments.Id(symbol, nameof(symbol));
        return (await shared.Instruments.Get(text))?.Symbol ?? throw new ProblemException(Problem.Refused("unknown_symbol", $"There is no symbol {text}.", nameof(symbol)));
    }
}
