using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Auth.Keys;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Frames;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Risk;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>
/// <c>/hubs/trading</c>. Quotes need no sign-in; orders do. A method's result is what REST answers; errors are those of REST too, see
/// <see cref="HubProblemFilter"/>. Arguments are read here, not by SignalR, so that a malformed one gets an error that says which.
/// </summary>
public sealed partial class TradingHub(
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
    IOptions<LiveOptions> options) : Hub
{
    public const string Path = "/hubs/trading";

    public override async Task OnConnectedAsync()
    {
        var line = HubLines.Of(Context);
        var session = new HubSession(line, FrameStream.Of(Context.GetHttpContext()!), Caller.From(Context.User), quotes, options.Value);
        if (connections.TryOpen(session))
        {
            session.Begin();
            Context.Items[typeof(HubSession)] = session;
            await halts.TellInForce(Clients.Caller, session.Caller);
            return;
        }

        await line.WriteAsync(new CloseMessage(connections.Closed ? "unavailable" : "too_many_connections", allowReconnect: connections.Closed));
        Context.Abort();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.Remove(typeof(HubSession), out var kept) && kept is HubSession session)
        {
            connections.Close(session);
            await session.DisposeAsync();
        }
    }

    private HubSession Session => Context.Items.TryGetValue(typeof(HubSession), out var session) ? (HubSession)session! : throw new HubException("The connection has ended.");

    private async ValueTask<Caller> SignedIn()
    {
        var caller = Session.Caller;
        return caller is not null && (caller.SessionId is null || await sessions.Roles(caller.UserId, caller.SessionId) is not null)
            ? caller
            : throw new ProblemException(ProblemMap.OfStatus(StatusCodes.Status401Unauthorized));
    }

    private async ValueTask<Caller> SignedInWithinLimits()
    {
        var caller = await SignedIn();
        if (!KeyScopes.MayTrade(caller, Context.User))
        {
            throw new ProblemException(new Problem(StatusCodes.Status403Forbidden, "scope", "The API key's scopes do not allow this."));
        }

        var use = await limits.Take(LimitKind.Requests, caller.CountedAs);
        return use.Allowed ? caller : throw new ProblemException(RequestLimits.Problem(use));
    }
}
