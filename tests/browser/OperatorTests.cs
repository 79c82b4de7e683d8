using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Bourse.Tests.Browser;

/// <summary>The operator's page, as an operator and as somebody else sees it.</summary>
public sealed class OperatorTests(TerminalTests.Running running) : IClassFixture<TerminalTests.Running>
{
    private const string Name = "chief";

    [Fact]
    public async Task An_operator_sees_the_cluster_and_stops_a_symbol_with_a_reason_that_the_audit_log_shows_as_text()
    {
        const string Reason = "odd prices <b>now</b>";
        await MakeOperator();
        await using var chief = await running.Browser.Visit(running.Product.Address);
        var page = chief.Page;
        await page.GotoAsync("/operator");
        await page.GetByLabel("Email or username").FillAsync(Name);
        await page.GetByLabel("Password").FillAsync(Visitor.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        var cluster = page.GetByRole(AriaRole.Region, new() { Name = "Cluster" });
        await Expect(cluster).ToContainTextAsync("runs");
        await Expect(cluster).ToContainTextAsync("BookGrain");
        var switches = page.GetByRole(AriaRole.Region, new() { Name = "Kill switches" });
        await switches.GetByLabel("Scope").SelectOptionAsync("symbol");
        await switches.GetByLabel("Account or symbol").FillAsync("KO");
        await switches.GetByLabel("Reason for the switch").FillAsync(Reason);
        await switches.GetByRole(AriaRole.Button, new() { Name = "Set" }).ClickAsync();

        await Expect(switches.Locator("tbody")).ToContainTextAsync(Reason);
        var audit = page.GetByRole(AriaRole.Region, new() { Name = "Audit log" });
        await Expect(audit).ToContainTextAsync(Reason, new() { Timeout = 30_000 });
        (await page.Locator("section b").CountAsync()).ShouldBe(0);
        chief.Complaints.ShouldBeEmpty();
        if (Environment.GetEnvironmentVariable("BOURSE_SHOTS") is { } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "operator.png"), FullPage = true });
        }
    }

    [Fact]
    public async Task An_operator_changes_an_accounts_limits()
    {
        await MakeOperator();
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        using var program = await trader.Program(running.Product.Address);
        var id = System.Text.Json.JsonDocument.Parse(await program.GetStringAsync("/api/v1/auth/me")).RootElement.GetProperty("user_id").GetString()!;
        await using var chief = await running.Browser.Visit(running.Product.Address);
        var page = chief.Page;
        await page.GotoAsync("/operator");
        await page.GetByLabel("Email or username").FillAsync(Name);
        await page.GetByLabel("Password").FillAsync(Visitor.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        var limits = page.GetByRole(AriaRole.Region, new() { Name = "Limits" });
        await limits.GetByLabel("Account").FillAsync(id);
        await limits.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await limits.GetByLabel("daily loss limit").FillAsync("250");
        await limits.GetByLabel("Reason for the limits").FillAsync("new here");
        await limits.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(limits.GetByRole(AriaRole.Button, new() { Name = "Save (version 2)" })).ToBeVisibleAsync();
        (await program.GetStringAsync("/api/v1/risk/limits")).ShouldContain("\"daily_loss_limit\":\"250\"");
    }

    [Fact]
    public async Task Somebody_else_sees_that_the_page_is_for_operators()
    {
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        await Expect(trader.Page.GetByRole(AriaRole.Link, new() { Name = "Operator" })).ToHaveCountAsync(0);

        await trader.Page.GotoAsync("/operator");

        await Expect(trader.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("This page is for operators.");
    }

    private async Task MakeOperator()
    {
        var file = Path.Combine(running.Product.Data, "password");
        if (File.Exists(file))
        {
            return; // by another of these tests
        }

        await File.WriteAllTextAsync(file, Visitor.Password);
        var (code, output, error) = await running.Product.Command(
            "admin", "make-operator", "--email", "chief@bourse.example", "--username", Name, "--password-file", file);
        code.ShouldBe(0, output + error);
    }
}
