using System.Text.Json;
using Bourse.ApiHost.Live.Depth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <content>Depth and trades of single symbols.</content>
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
        var client = hub.Clients.Client(Context.ConnectionId);
        var aborted = Context.ConnectionAborted;
        await Session.BeginWatch(
            DepthKey(instrument), options.Value.MaxDepthsPerConnection,
            () => services.GetRequiredService<DepthFanOut>().Watch(instrument, count, (name, message) => client.SendAsync(name, message, aborted)));
    }

    public async Task UnsubscribeDepth(JsonElement symbol) => await Session.EndWatch(DepthKey(await Known(symbol)));

    private static string DepthKey(string symbol) => "depth " + symbol;

    private async Task<string> Known(JsonElement symbol)
    {
        var text = HubArguments.Id(symbol, nameof(symbol));
        return (await instruments.Get(text))?.Symbol ?? throw new ProblemException(Problem.Refused("unknown_symbol", $"There is no symbol {text}.", nameof(symbol)));
    }
}
