using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Risk;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>Makes the hub, which SignalR wants anew for each call, of services that there is one of each: they are not looked up for each call.</summary>
public sealed class HubActivator(
    OrderDesk desk,
    InstrumentCache instruments,
    QuoteFanOut quotes,
    FlushWheel wheel,
    LiveConnections connections,
    RequestLimits limits,
    HaltNews halts,
    LiveSessions sessions,
    IHubContext<TradingHub> hub,
    IServiceProvider services,
    IOptions<LiveOptions> options) : IHubActivator<TradingHub>
{
    public TradingHub Create() => new(desk, instruments, quotes, wheel, connections, limits, halts, sessions, hub, services, options);

    public void Release(TradingHub hub) => hub.Dispose();
}
