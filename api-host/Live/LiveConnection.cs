using Bourse.ApiHost.Auth;

namespace Bourse.ApiHost.Live;

/// <summary>One client that is connected, by the hub or by the plain stream.</summary>
/// <param name="caller">Null without a sign-in.</param>
public abstract class LiveConnection(Caller? caller)
{
    /// <summary>Changed by <see cref="LiveConnections"/> only.</summary>
    public Caller? Caller { get; internal set; } = caller;

    /// <summary>What its user has open, this one included; set as it is let in, null before and without a sign-in.</summary>
    public LiveUser? User { get; internal set; }

    /// <summary>Asks the client to connect again, elsewhere or later. A client that takes nothing is not waited for.</summary>
    public abstract Task Leave();

    /// <summary>Pings the client when nothing was sent to it since the last call, where its protocol has no pings of its own. Does not block.</summary>
    public virtual void PingIfSilent()
    {
    }

    /// <summary>Cuts the connection. Does not block.</summary>
    public abstract void Abort();
}
