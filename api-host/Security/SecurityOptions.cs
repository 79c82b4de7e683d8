namespace Bourse.ApiHost.Security;

/// <summary>Settings under <c>Security</c>.</summary>
public sealed class SecurityOptions
{
    /// <value><c>Demo</c> (the default): paper money on this machine. <c>Live</c>: the start refuses whatever <see cref="StartChecks"/> finds.</value>
    public SecurityMode Mode { get; set; }

    /// <value>A proxy in front speaks TLS; no by default.</value>
    public bool BehindProxy { get; set; }
}

/// <summary>How serious it is.</summary>
public enum SecurityMode
{
    Demo,
    Live,
}
