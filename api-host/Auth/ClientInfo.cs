namespace Bourse.ApiHost.Auth;

/// <summary>From where and with what somebody comes.</summary>
public sealed record ClientInfo(string Address, string Agent)
{
    private const int MaxAgent = 200;

    /// <summary>The platform itself.</summary>
    public static ClientInfo Inside { get; } = new("", "bourse");

    public static ClientInfo Of(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        return new ClientInfo(context.Connection.RemoteIpAddress?.ToString() ?? "", agent.Length > MaxAgent ? agent[..MaxAgent] : agent);
    }
}
