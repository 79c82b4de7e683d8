using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Security;

/// <summary>The server's limits, its TLS, and the list of foreign pages that may call.</summary>
public static class HttpHardening
{
    /// <summary>No order, sign-up or hub message comes near it.</summary>
    public const int MaxRequestBytes = 64 * 1024;
    private const int MaxHeaders = 64;
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxLineBytes = 8 * 1024;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    private static readonly string[] s_shown =
        ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "ETag"];

    public static void AddHttpHardening(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<HttpOptions>().BindConfiguration("Http").ValidateDataAnnotations().ValidateOnStart()
            .Validate(http => http.CorsOrigins.All(HttpOptions.IsOrigin), "Http:CorsOrigins holds https origins without a path or wildcard.");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureHttpsDefaults(https => https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13);
        });
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpOptions>>((kestrel, http) => Limit(kestrel.Limits, http.Value));
        builder.Services.AddCors();
        builder.Services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>().Configure<IOptions<HttpOptions>>((cors, http) =>
            cors.AddDefaultPolicy(policy => policy
                .WithOrigins([.. http.Value.CorsOrigins])
                .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
                .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match")
                .WithExposedHeaders(s_shown)));
    }

    private static void Limit(KestrelServerLimits limits, HttpOptions http)
    {
        limits.MaxRequestBodySize = MaxRequestBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = MaxLineBytes;
        limits.MaxConcurrentConnections = http.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = http.MaxConnections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(http.HeadersTimeoutSeconds);
        limits.MinRequestBodyDataRate = new MinDataRate(http.MinBodyBytesPerSecond, s_grace);
    }
}
