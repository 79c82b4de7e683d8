using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <summary>SignalR's own bookkeeping of connections, which also hands each connection's line to its hub: written to directly, it needs no look-up by name for each message.</summary>
public sealed class HubLines(ILogger<DefaultHubLifetimeManager<TradingHub>> log) : DefaultHubLifetimeManager<TradingHub>(log)
{
    public static HubConnectionContext Of(HubCallerContext caller) => (HubConnectionContext)caller.Items[typeof(HubLines)]!;

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Items[typeof(HubLines)] = connection;
        return base.OnConnectedAsync(connection);
    }
}
