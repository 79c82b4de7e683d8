using System.ComponentModel.DataAnnotations;

namespace Bourse.ApiHost.Security;

/// <summary>Settings under <c>Http</c>: what the front end puts up with from the outside.</summary>
public sealed class HttpOptions
{
    /// <value>Origins (<c>https://host[:port]</c>) whose pages may call the API beside our own; none by default.</value>
    public IList<string> CorsOrigins { get; init; } = [];

    /// <value>How long a client may take to send its headers, in seconds; 10 by default.</value>
    [Range(1, 300)]
    public int HeadersTimeoutSeconds { get; set; } = 10;

    /// <value>How slowly a client may send a body, in bytes a second after 5 s of grace; 240 by default.</value>
    [Range(1, 1_000_000)]
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <value>How many connections are open at once, sockets among them; 100,000 by default.</value>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>Whether the text is an origin as browsers write it: a scheme and a host, no path, no wildcard; plain HTTP only for this machine.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && !text.Contains('*', StringComparison.Ordinal) && text == uri.GetLeftPart(UriPartial.Authority);
}
