using Bourse.ApiHost.Live.Alerts;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <content>Price alerts.</content>
public sealed partial class TradingHub
{
    private const string AlertsKey = "alerts";

    /// <summary>Sends the user's alerts as events <c>alert</c>: first those that fired while no connection of the user listened, then live ones.</summary>
    public async Task SubscribeAlerts()
    {
        var user = (await SignedIn()).UserId;
        var client = shared.Hub.Clients.Client(Context.ConnectionId);
        var aborted = Context.ConnectionAborted;
        var log = shared.Services.GetRequiredService<ILogger<TradingHub>>();
        await Session.BeginWatch(
            AlertsKey, int.MaxValue,
            () => AlertNews.Begin(user, shared.Services.GetRequiredService<IClusterClient>(), alert => client.SendAsync("alert", alert, aborted), log));
    }
}
