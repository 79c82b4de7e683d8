using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Risk;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>What the calls of the hub share.</summary>
public sealed record HubServices(
    OrderDesk Desk, InstrumentCache Instruments, QuoteFanOut Quotes, FlushWheel Wheel, LiveConnections Connections, RequestLimits Limits, HaltNews Halts,
    LiveSessions Sessions, IHubContext<TradingHub> Hub, IServiceProvider Services, IOptions<LiveOptions> Options);
