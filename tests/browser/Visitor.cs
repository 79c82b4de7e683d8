using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Bourse.Tests.Browser;

/// <summary>One person at the page, and what the browser complained of meanwhile.</summary>
public sealed class Visitor : IAsyncDisposable
{
    public const string Password = "Correct-horse-9";

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    public Visitor(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Dialog += (_, dialog) =>
        {
            _complaints.Enqueue("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                _complaints.Enqueue(message.Text);
            }
        };
    }

    public IPage Page { get; }

    public string Username { get; } = $"ann{Guid.NewGuid():N}"[..16];

    /// <summary>Uncaught errors, dialogs that no one should see, and breaches of the page's security policy.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public ILocator Positions => Page.GetByRole(AriaRole.Region, new() { Name = "Positions" });

    public ILocator Orders => Page.GetByRole(AriaRole.Region, new() { Name = "Orders" });

    public ILocator Ticket => Page.GetByRole(AriaRole.Region, new() { Name = "Order ticket" });

    public ILocator Quote(string symbol, string field) =>
        Page.GetByRole(AriaRole.Region, new() { Name = "Watchlist" }).Locator($"tr[data-symbol='{symbol}'] [data-field='{field}']");

    public async Task SignUp()
    {
        await Page.GotoAsync("/");
        await Page.GetByRole(AriaRole.Button, new() { Name = "New here? Sign up" }).ClickAsync();
        await Page.GetByLabel("Email").FillAsync($"{Username}@example.com");
        await Page.GetByLabel("Username").FillAsync(Username);
        await Page.GetByLabel("Password").FillAsync(Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Live();
    }

    /// <summary>Waits until the page says that its connection stands.</summary>
    public Task Live() => Assertions.Expect(Page.GetByRole(AriaRole.Status, new() { Name = "Connection" })).ToHaveTextAsync("Live", new() { Timeout = 60_000 });

    public async Task Select(string symbol)
    {
        await Page.Locator($"section[aria-label='Watchlist'] tr[data-symbol='{symbol}']").ClickAsync();
        await Assertions.Expect(Ticket.GetByRole(AriaRole.Heading)).ToContainTextAsync(symbol);
    }

    /// <summary>Waits until the watchlist shows another last price than it does now.</summary>
    public async Task PriceMoves(string symbol)
    {
        var last = Quote(symbol, "last");
        await Assertions.Expect(last).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"\d"));
        var now = await last.InnerTextAsync();
        await Assertions.Expect(last).Not.ToHaveTextAsync(now, new() { Timeout = 60_000, UseInnerText = true });
    }

    /// <summary>Signs the same person in from a program beside the page.</summary>
    public async Task<HttpClient> Program(string address)
    {
        var http = new HttpClient { BaseAddress = new Uri(address) };
        using var answer = await http.PostAsJsonAsync("/api/v1/auth/login", new { username = Username, password = Password });
        answer.EnsureSuccessStatusCode();
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("access_token").GetString());
        return http;
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
