using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Connections.Security;
using Orleans.Runtime;

namespace Orleans.Connections.Security
{
    /// <summary>Judges the other end's certificate.</summary>
    /// <param name="errors">What the system itself finds wrong with it.</param>
    public delegate bool RemoteCertificateValidator(X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors);

    /// <summary>How the connections between processes are encrypted, and whom they trust.</summary>
    /// <remarks>Narrower than in Orleans: both ends always show a certificate, TLS 1.2 or 1.3, and nothing of the authentication can be replaced but
    /// the judgement of the certificate.</remarks>
    public class TlsOptions
    {
        /// <summary>What this process shows, with its private key.</summary>
        public X509Certificate2? LocalCertificate { get; set; }

        /// <summary>Judges the other end's certificate; null: as the system does.</summary>
        public RemoteCertificateValidator? RemoteCertificateValidation { get; set; }
    }
}

namespace Orleans.Hosting
{
    /// <summary>Encrypts the connections between processes.</summary>
    public static class OrleansConnectionSecurityHostingExtensions
    {
        /// <summary>Encrypts them by TLS, with certificates on both ends.</summary>
        /// <exception cref="OrleansConfigurationException">There is no certificate.</exception>
        public static ISiloBuilder UseTls(this ISiloBuilder builder, Action<TlsOptions> configureOptions)
        {
            builder.Services.AddSingleton(Checked(configureOptions));
            return builder;
        }

        /// <inheritdoc cref="UseTls(ISiloBuilder, Action{TlsOptions})" />
        public static IClientBuilder UseTls(this IClientBuilder builder, Action<TlsOptions> configureOptions)
        {
            builder.Services.AddSingleton(Checked(configureOptions));
            return builder;
        }

        private static TlsOptions Checked(Action<TlsOptions> configure)
        {
            var options = new TlsOptions();
            configure(options);
            return options.LocalCertificate is { HasPrivateKey: true }
                ? options
                : throw new OrleansConfigurationException("TLS between processes needs a certificate with its private key.");
        }
    }
}
