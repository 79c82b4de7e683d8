using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <summary>Makes the hub, which SignalR wants anew for each call, of services that there is one of each: they are not looked up for each call.</summary>
public sealed class HubActivator(HubServices shared) : IHubActivator<TradingHub>
{
    public TradingHub Create() => new(shared);

    public void Release(TradingHub hub) => hub.Dispose();
}
