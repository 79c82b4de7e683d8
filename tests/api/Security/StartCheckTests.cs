using System.Buffers.Text;
using Bourse.ApiHost.Cli.Serve;
using Bourse.ApiHost.Page;
using Bourse.ApiHost.Security;
using Microsoft.Extensions.Configuration;

namespace Bourse.Tests.Api.Security;

public sealed class StartCheckTests
{
    private static readonly SecurityOptions Live = new() { Mode = SecurityMode.Live, BehindProxy = true };
    private static readonly string Strong = "k1:" + Base64Url.EncodeToString([.. Enumerable.Range(0, 32).Select(i => (byte)((i * 37) + 11))]);

    [Fact]
    public void Outside_the_demo_missing_weak_and_misplaced_secrets_are_refused()
    {
        var zeros = "k1:" + Base64Url.EncodeToString(new byte[32]);
        var word = "k1:" + Base64Url.EncodeToString("changeme-changeme-changeme-12345"u8);

        Find([], Live).ShouldBe(["Secrets:MasterKeys is missing"]);
        Find([("Auth:SigningKeys:0", zeros)], Live).ShouldContain("Auth:SigningKeys:0 is weak or well known");
        Find([("Secrets:MasterKeys:0", word)], Live).ShouldContain("Secrets:MasterKeys:0 is weak or well known");
        Find([("Secrets:MasterKeys:0", "k1:short")], Live).ShouldContain("Secrets:MasterKeys:0 is not kid:base64url of 256 bits at least");
        Find([("Secrets:MasterKeys:0", Strong)], Live).ShouldBe(["Secrets:MasterKeys:0 comes from somewhere else than the environment or a file of secrets"]);
        Find([("Auth:Operator:Password", "Passw0rd!!")], Live).ShouldContain(w => w.StartsWith("Auth:Operator:Password is weak", StringComparison.Ordinal));
        Find([], new SecurityOptions { Mode = SecurityMode.Live }).ShouldContain(w => w.StartsWith("there is no TLS certificate", StringComparison.Ordinal));
        Find([], Live, "Host=db;Username=bourse;Password=postgres").ShouldContain("the password in BOURSE_POSTGRES is missing, weak or well known");
        Find([], Live, "Host=/run/postgresql").ShouldBe(["Secrets:MasterKeys is missing"]);
    }

    [Fact]
    public void A_secret_from_a_file_of_secrets_is_taken()
    {
        var folder = Directory.CreateTempSubdirectory("bourse-secrets-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "Secrets__MasterKeys__0"), Strong + "\n");
            var configuration = new ConfigurationBuilder().AddKeyPerFile(folder.FullName).Build();
            StartChecks.Find(configuration, Live, null).ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void In_the_demo_what_is_set_has_to_be_readable()
    {
        Find([], new SecurityOptions()).ShouldBeEmpty();
        Find([("Auth:SigningKeys:0", "nonsense")], new SecurityOptions()).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.abc-_123 end", "token *** end")]
    [InlineData("password=hunter2; Host=db", "password=***; Host=db")]
    [InlineData("{\"password\":\"hunter2\",\"a\":1}", "{\"password\":\"***\",\"a\":1}")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: ***")]
    [InlineData("/hubs/trading?access_token=abc&x=1", "/hubs/trading?access_token=***&x=1")]
    [InlineData("mail of a.b+c@mail.example.org came", "mail of *** came")]
    [InlineData("APCA-API-KEY-ID: PK123456, APCA-API-SECRET-KEY: abc/def", "APCA-API-KEY-ID: ***, APCA-API-SECRET-KEY: ***")]
    [InlineData("GET /api/v3/account?timestamp=1&signature=0a1b2c X-MBX-APIKEY: vmPU", "GET /api/v3/account?timestamp=1&signature=*** X-MBX-APIKEY: ***")]
    [InlineData("query?function=GLOBAL_QUOTE&apikey=demo1", "query?function=GLOBAL_QUOTE&apikey=***")]
    [InlineData("order AAPL 10 @ 178.50 filled", "order AAPL 10 @ 178.50 filled")]
    public void Logs_are_masked(string line, string masked) => LogMask.Apply(line).ShouldBe(masked);

    [Theory]
    [InlineData("https://app.example.org", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("http://app.example.org", false)]
    [InlineData("https://*.example.org", false)]
    [InlineData("https://app.example.org/", false)]
    [InlineData("*", false)]
    [InlineData("null", false)]
    public void Foreign_origins_are_whole_and_safe(string origin, bool taken) => HttpOptions.IsOrigin(origin).ShouldBe(taken);

    [Fact]
    public void The_policy_names_our_sockets_and_nothing_that_a_host_header_smuggles_in()
    {
        SecurityHeaders.PolicyFor("bourse.example:5080").ShouldContain("connect-src 'self' ws://bourse.example:5080 wss://bourse.example:5080;");
        SecurityHeaders.PolicyFor("x; script-src *").ShouldContain("connect-src 'self';");
        SecurityHeaders.PolicyFor(null).ShouldNotContain("ws:");
    }

    private static IReadOnlyList<string> Find((string Key, string Value)[] settings, SecurityOptions options, string? database = null) =>
        StartChecks.Find(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build(), options, database);
}
