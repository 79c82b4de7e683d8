using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace Bourse.GrainRuntime.Transport;

/// <summary>A socket and what is spoken over on it.</summary>
internal sealed class Link(Socket socket, Stream stream) : IDisposable
{
    public Stream Stream => stream;

    /// <summary>Ends it at once; whoever reads or writes finds that out. Any thread.</summary>
    public void Cut() => socket.Dispose();

    /// <summary>Once nobody reads or writes any more.</summary>
    public void Dispose()
    {
        Cut();
        stream.Dispose();
    }
}

/// <summary>Makes the stream that is spoken over: the bare connection, or an encrypted one whose ends have shown each other certificates.</summary>
/// <param name="tls">Null: bare.</param>
internal sealed class Wrapping(TlsOptions? tls)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The side that connects.</summary>
    /// <exception cref="AuthenticationException">The other end is not trusted, or speaks no TLS.</exception>
    public async Task<Link> Dial(Socket socket, CancellationToken cancellation)
    {
        var bare = new NetworkStream(socket);
        if (tls is null)
        {
            return new Link(socket, bare);
        }

        var secure = new SslStream(bare);
        await secure.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "bourse",
                EnabledSslProtocols = Protocols,
                ClientCertificates = [tls.LocalCertificate!],
                RemoteCertificateValidationCallback = IsTrusted,
            },
            cancellation);
        return new Link(socket, secure);
    }

    /// <summary>The side that listens.</summary>
    /// <exception cref="AuthenticationException">The other end is not trusted, or speaks no TLS.</exception>
    public async Task<Link> Accept(Socket socket, CancellationToken cancellation)
    {
        var bare = new NetworkStream(socket);
        if (tls is null)
        {
            return new Link(socket, bare);
        }

        var secure = new SslStream(bare);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = Protocols,
                ServerCertificate = tls.LocalCertificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = IsTrusted,
            },
            cancellation);
        return new Link(socket, secure);
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is X509Certificate2 shown && chain is not null
        && (tls!.RemoteCertificateValidation?.Invoke(shown, chain, errors) ?? errors == SslPolicyErrors.None);
}
