using System.CommandLine;
using Bourse.ApiHost.Cli.Admin;

namespace Bourse.Tests.Api.Cli;

/// <summary><c>bourse admin</c> end to end, in this process, on a data folder of its own.</summary>
public sealed class AdminCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bourse-admin-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_operator_is_made_once_and_only_with_a_password_that_will_do()
    {
        (await Run()).ShouldBe(1);
        _error.ToString().ShouldContain("no password");
        (await Run(await Password("weak"))).ShouldBe(1);
        _error.ToString().ShouldContain("A password has 8 to 128 characters");

        (await Run(await Password(ApiFixture.Password))).ShouldBe(0, _error.ToString());
        (await Run(await Password(ApiFixture.Password))).ShouldBe(0, _error.ToString());
        (await Run(await Password("Another-horse-1"))).ShouldBe(1);

        var lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines[0].ShouldBe(lines[1]);
        lines[0].ShouldMatch("^chief \\([0-9a-f]{32}\\) is operator and risk officer");
        _output.ToString().ShouldNotContain(ApiFixture.Password);
    }

    [Fact]
    public async Task Beside_a_cluster_that_serves_it_joins_that_as_a_client()
    {
        await using var product = await Product.Start();

        var (code, output, error) = await product.Command(
            "admin", "make-operator", "--email", "chief@bourse.example", "--username", "chief", "--password-file", await Password(ApiFixture.Password));

        code.ShouldBe(0, output + error);
        var user = new ApiUser(() => new Uri(product.Address), null);
        await user.SignIn("chief");
        var silos = await user.Get("/api/v1/admin/silos");
        silos.Status.ShouldBe(200, silos.Text);
        silos.Body.GetProperty("items").GetArrayLength().ShouldBe(1, silos.Text);
    }

    private async Task<string> Password(string text)
    {
        var file = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(file, text + "\n");
        return file;
    }

    private Task<int> Run(string? passwordFile = null)
    {
        string[] arguments = ["make-operator", "--email", "chief@bourse.example", "--username", "chief", "--data", Path.Combine(_folder.FullName, "data")];
        return AdminCommand.Create().Parse(passwordFile is null ? arguments : [.. arguments, "--password-file", passwordFile])
            .InvokeAsync(new InvocationConfiguration { Output = _output, Error = _error });
    }
}
