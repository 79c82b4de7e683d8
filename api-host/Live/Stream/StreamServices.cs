using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>What the connections of the plain stream share.</summary>
public sealed record StreamServices(
    LiveConnections Connections, QuoteFanOut Quotes, FlushWheel Wheel, InstrumentCache Instruments, AccessTokens Tokens, LiveSessions Sessions, RequestLimits Limits,
    IOptions<LiveOptions> Options, ILogger<StreamSession> Log);
