using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Auth.Keys;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Frames;
using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bourse.ApiHost.Live;

/// <summary>
/// <c>/hubs/trading</c>. Quotes need no sign-in; orders do. A method's result is what REST answers; errors are those of REST too, see
/// <see cref="HubProblemFilter"/>. Arguments are read here, not by SignalR, so that a malformed one gets an error that says which.
/// </summary>
public sealed partial class TradingHub(HubServices shared) : Hub
{
    public const string Path = "/hubs/trading";

    public override async Task OnConnectedAsync()
    {
        var line = HubLines.Of(Context);
        var caller = Caller.From(Context.User);
        var signIn = caller?.SessionId is { } id ? shared.Sessions.Of(caller.UserId, id) : null;
        var session = new HubSession(line, FrameStream.Of(Context.GetHttpContext()!), caller, signIn, shared.Quotes, shared.Options.Value);
        if (shared.Connections.TryOpen(session))
        {
            session.Begin();
            Context.Items[typeof(HubSession)] = session;
            await shared.Halts.TellInForce(Clients.Caller, session.Caller);
            return;
        }

        await line.WriteAsync(new CloseMessage(shared.Connections.Closed ? "unavailable" : "too_many_connections", allowReconnect: shared.Connections.Closed));
        Context.Abort();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.Remove(typeof(HubSession), out var kept) && kept is HubSession session)
        {
            shared.Connections.Close(session);
            await session.DisposeAsync();
        }
    }

    private HubSession Session => Context.Items.TryGetValue(typeof(HubSession), out var session) ? (HubSession)session! : throw new HubException("The connection has ended.");

    private async ValueTask<Caller> SignedIn()
    {
        var session = Session;
        return session.Caller is { } caller && (session.SignIn is null || await session.SignIn.Roles() is not null)
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

        var use = await shared.Limits.Take(LimitKind.Requests, caller.CountedAs);
        return use.Allowed ? caller : throw new ProblemException(RequestLimits.Problem(use));
    }
}
