using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Silo;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Processes that show each other certificates: of one authority they are a cluster, others get nowhere.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bourse-tls-").FullName;
    private string _connectionString = "";
    private SiloStorage _storage = null!;
    private IHost _silo = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await TestServer.MakeDatabase();
        _storage = await SiloStorage.OpenAsync(_connectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = NewBuilder(MakeAuthority("ours"));
        builder.AddBourseClusterSilo("silo-1", _storage, _ => { });
        _silo = builder.Build();
        await _silo.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _silo.StopAsync();
        _silo.Dispose();
        await _storage.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task With_a_certificate_of_the_same_authority_a_client_is_served()
    {
        await using var history = new HistoryStorage(_connectionString, null);
        using var client = Client(history, Path.Combine(_folder, "ours"));

        await client.StartAsync();

        var account = client.Services.GetRequiredService<IClusterClient>().GetGrain<IAccountGrain>("tls");
        await account.Open(new OpenAccount("tls", "USD", 5m, "trader"));
        (await account.GetPortfolio()).Cash.ShouldBe(5m);
        await client.StopAsync();
    }

    [Theory]
    [InlineData("theirs")]
    [InlineData(null)]
    public async Task With_another_certificate_or_none_a_client_that_knows_the_secret_is_not_let_in(string? authority)
    {
        await using var history = new HistoryStorage(_connectionString, null);
        using var client = Client(history, authority is null ? null : MakeAuthority(authority));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));

        await Should.ThrowAsync<OperationCanceledException>(client.StartAsync(deadline.Token));
        await client.StopAsync();
    }

    private IHost Client(HistoryStorage history, string? certificates)
    {
        var builder = NewBuilder(certificates);
        builder.AddBourseClient(_connectionString, history);
        return builder.Build();
    }

    private static HostApplicationBuilder NewBuilder(string? certificates)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (certificates is not null)
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Cluster:Tls:Certificate"] = Path.Combine(certificates, "certificate.pem"),
                ["Cluster:Tls:Key"] = Path.Combine(certificates, "key.pem"),
                ["Cluster:Tls:Authority"] = Path.Combine(certificates, "authority.pem"),
            });
        }

        return builder;
    }

    /// <summary>A folder with an authority and a certificate of its own.</summary>
    private string MakeAuthority(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name} process", key, HashAlgorithmName.SHA256).Create(authority, from, to, [1, 2, 3]);
        File.WriteAllText(Path.Combine(folder, "authority.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return folder;
    }
}
