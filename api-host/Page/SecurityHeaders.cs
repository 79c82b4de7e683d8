namespace Bourse.ApiHost.Page;

/// <summary>Headers that tell browsers what our pages never do.</summary>
public static class SecurityHeaders
{
    /// <summary>The chart library writes a style element; everything else comes from our own files, and sockets go to where the page came from.</summary>
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'{0}; object-src 'none'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = PolicyFor(context.Request.Host.Value);
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.XFrameOptions = "DENY";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            if (context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    /// <summary>Not every browser takes <c>'self'</c> for sockets, so the host is named; one that is none of ours to write into a header is not.</summary>
    public static string PolicyFor(string? host) => string.Format(
        System.Globalization.CultureInfo.InvariantCulture,
        Policy,
        host is { Length: > 0 and < 256 } && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']') ? $" ws://{host} wss://{host}" : "");
}
