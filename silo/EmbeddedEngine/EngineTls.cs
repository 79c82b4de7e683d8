using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Orleans.Connections.Security;

namespace Bourse.Silo;

/// <summary>
/// <c>Cluster:Tls</c>: <c>Certificate</c> and <c>Key</c>, two PEM files, are what this process shows the others; <c>Authority</c>, a third, says whose
/// certificates it trusts, and no others. Without them the connections between processes are not encrypted.
/// </summary>
internal static class EngineTls
{
    public static ISiloBuilder UseTlsIfWanted(this ISiloBuilder silo) => Find(silo.Configuration) is { } configure ? silo.UseTls(configure) : silo;

    public static IClientBuilder UseTlsIfWanted(this IClientBuilder client) => Find(client.Configuration) is { } configure ? client.UseTls(configure) : client;

    private static Action<TlsOptions>? Find(IConfiguration configuration)
    {
        var tls = configuration.GetSection("Cluster:Tls");
        if (tls["Certificate"] is not { Length: > 0 } certificate)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(tls["Authority"] ?? throw new InvalidOperationException("Cluster:Tls:Authority is missing: who is trusted"));
        return options =>
        {
            options.LocalCertificate = X509Certificate2.CreateFromPemFile(certificate, tls["Key"]);
            options.RemoteCertificateValidation = (shown, _, _) => IsOf(authorities, shown);
        };
    }

    private static bool IsOf(X509Certificate2Collection authorities, X509Certificate2 shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
