using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Security;
using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Foreign;

/// <summary>Programs that nobody here wrote read what we make.</summary>
public sealed class ForeignClientTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [JoseFact]
    public async Task Node_verifies_our_token_and_refuses_a_tampered_one()
    {
        var secret = Base64Url.EncodeToString(Key);
        var keys = new SigningKeys(null!, Options.Create(new AuthOptions { SigningKeys = [$"kid-1:{secret}"] }), null!, TimeProvider.System);
        var token = await new AccessTokens(keys, TimeProvider.System).Issue(
            new UserView("5e5c", "a@x.example", "a", ["trader"], TimeProvider.System.GetUtcNow()), "session");

        var output = await Run(
            "node", ["--input-type=module", "-"], JoseFactAttribute.Web!,
            input: await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Foreign", "verify.mjs")),
            variable: ("BOURSE_TOKEN", JsonSerializer.Serialize(new { token, secret })));

        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
            ["kid-1 5e5c trader", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]);
    }

    /// <summary>The recipe of the README: GCM's ciphertext is that of counter mode from block 2 on.</summary>
    [Fact]
    public async Task Openssl_reads_a_sealed_secret_by_the_documented_recipe()
    {
        var box = new SecretBox(Options.Create(new SecretOptions { MasterKeys = ["m1:" + Base64Url.EncodeToString(Key)] }));
        const string secret = "broker key 42, é";
        var parts = box.Seal(secret, "test").Split('.');

        var folder = Directory.CreateTempSubdirectory("bourse-openssl-");
        try
        {
            var file = Path.Combine(folder.FullName, "sealed");
            await File.WriteAllBytesAsync(file, Base64Url.DecodeFromChars(parts[3]));
            var output = await Run(
                "openssl",
                [
                    "enc", "-d", "-aes-256-ctr", "-K", Convert.ToHexString(Key),
                    "-iv", Convert.ToHexString(Base64Url.DecodeFromChars(parts[2])) + "00000002", "-in", file,
                ],
                folder.FullName);
            output.ShouldBe(secret);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> Run(string program, string[] arguments, string folder, string? input = null, (string Name, string Value)? variable = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        if (variable is { } given)
        {
            start.Environment[given.Name] = given.Value;
        }

        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await error);
        return output;
    }

    /// <summary>Skipped, visibly, where the web terminal's packages are not installed: <c>./test</c> installs them.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class JoseFactAttribute : FactAttribute
    {
        public JoseFactAttribute() => Skip = Web is null ? "no api-host/web/node_modules/jose: npm ci in api-host/web" : null;

        public static string? Web { get; } = Find();

        private static string? Find()
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var web = Path.Combine(folder.FullName, "api-host", "web");
                if (Directory.Exists(Path.Combine(web, "node_modules", "jose")))
                {
                    return web;
                }
            }

            return null;
        }
    }
}
