using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Auth.Keys;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Bars;
using Bourse.ApiHost.Live.Depth;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>What the connections of the plain stream share.</summary>
public sealed record StreamServices(
    LiveConnections Connections, QuoteFanOut Quotes, DepthFanOut Trades, BarFanOut Bars, FlushWheel Wheel, InstrumentCache Instruments, AccessTokens Tokens,
    KeySignIn Keys, LiveSessions Sessions, RequestLimits Limits,
    IOptions<LiveOptions> Options, ILogger<StreamSession> Log);
