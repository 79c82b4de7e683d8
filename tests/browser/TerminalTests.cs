using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Bourse.Tests.Browser;

/// <summary>The page as a trader uses it, against the real product.</summary>
public sealed class TerminalTests(TerminalTests.Running running) : IClassFixture<TerminalTests.Running>
{
    private const string Symbol = "AAPL";

    /// <summary>Ends each message of SignalR's JSON protocol.</summary>
    private const char Separator = '\u001e';

    [Fact]
    public async Task A_trader_signs_up_sees_the_price_move_buys_and_finds_it_all_again_after_a_reload()
    {
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        await trader.Select(Symbol);
        await trader.PriceMoves(Symbol);

        await trader.Ticket.GetByLabel("Quantity").FillAsync("10");
        await trader.Ticket.GetByRole(AriaRole.Button, new() { Name = $"Buy 10 {Symbol}" }).ClickAsync();

        await Expect(trader.Page.GetByRole(AriaRole.Log)).ToContainTextAsync($"{Symbol} at");
        await Expect(trader.Positions.Locator($"tr[data-symbol='{Symbol}'] [data-field='qty']")).ToHaveTextAsync("10");
        await HistoryShowsFilled(trader);

        await trader.Page.ReloadAsync();
        await trader.Live();
        await Expect(trader.Positions.Locator($"tr[data-symbol='{Symbol}'] [data-field='qty']")).ToHaveTextAsync("10");
        await HistoryShowsFilled(trader);
        trader.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_resting_order_is_shown_and_cancelled_from_its_row()
    {
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        await trader.Select(Symbol);
        await trader.Ticket.GetByRole(AriaRole.Button, new() { Name = "Limit", Exact = true }).ClickAsync();
        await trader.Ticket.GetByLabel("Quantity").FillAsync("3");
        await trader.Ticket.GetByLabel("Limit price").FillAsync(await PriceBelowTheMarket(trader));
        await trader.Ticket.GetByLabel("Time in force").SelectOptionAsync("gtc");
        await trader.Ticket.GetByRole(AriaRole.Button, new() { Name = $"Buy 3 {Symbol}" }).ClickAsync();

        var row = trader.Orders.Locator("tr[data-order]");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row.Locator("[data-field='status']")).ToHaveTextAsync("New");
        await row.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(row).ToHaveCountAsync(0);
        await trader.Orders.GetByRole(AriaRole.Tab, new() { Name = "Order history" }).ClickAsync();
        await Expect(row.Locator("[data-field='status']")).ToHaveTextAsync("Canceled");
        trader.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_order_book_follows_the_market_and_heals_when_messages_are_lost()
    {
        await using var trader = await running.Browser.Visit(running.Product.Address);
        var differences = 0;
        await trader.Page.RouteWebSocketAsync(new Regex("/hubs/trading"), page =>
        {
            var server = page.ConnectToServer();
            server.OnMessage(frame => page.Send(string.Concat(frame.Text!.Split(Separator).SkipLast(1).Where(Arrives).Select(message => message + Separator))));
        });
        await trader.SignUp();
        await trader.Select(Symbol);

        var book = trader.Page.GetByRole(AriaRole.Region, new() { Name = "Order book" });
        await Expect(book).ToHaveAttributeAsync("data-healed", new Regex("^([3-9]|\\d\\d)"), new() { Timeout = 60_000 });
        await Expect(book).ToHaveAttributeAsync("data-seq", new Regex("\\d"));
        await Expect(book.GetByRole(AriaRole.Table, new() { Name = "bids" }).Locator("tr")).Not.ToHaveCountAsync(0);
        await Expect(book.GetByRole(AriaRole.Table, new() { Name = "asks" }).Locator("tr")).Not.ToHaveCountAsync(0);
        await Expect(book.Locator("tr[data-trade]").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        trader.Complaints.ShouldBeEmpty();

        bool Arrives(string message) =>
            !message.Contains("\"depth_update\"", StringComparison.Ordinal) || message.Contains("\"snapshot\"", StringComparison.Ordinal) || ++differences % 8 != 0;
    }

    [Fact]
    public async Task Markup_that_a_client_sends_is_shown_as_the_text_that_it_is()
    {
        const string Markup = "<img src=x onerror=alert(1)><b>&amp;</b>";
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        await trader.Select(Symbol);
        using var program = await trader.Program(running.Product.Address);
        using var placed = await program.PostAsJsonAsync("/api/v1/orders", new
        {
            symbol = Symbol,
            side = "buy",
            type = "limit",
            time_in_force = "gtc",
            qty = "1",
            limit_price = await PriceBelowTheMarket(trader),
            client_order_id = Markup,
        });
        placed.IsSuccessStatusCode.ShouldBeTrue(await placed.Content.ReadAsStringAsync());

        await Expect(trader.Orders.GetByText(Markup, new() { Exact = true })).ToBeVisibleAsync();
        (await trader.Page.Locator("section img, section b").CountAsync()).ShouldBe(0);
        trader.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_order_says_why_in_words_and_with_its_code()
    {
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        await trader.Select(Symbol);
        await trader.Quote(Symbol, "ask").GetByText(new System.Text.RegularExpressions.Regex(@"\d")).WaitForAsync();
        await trader.Ticket.GetByLabel("Quantity").FillAsync("5000");
        await trader.Ticket.GetByRole(AriaRole.Button, new() { Name = $"Buy 5000 {Symbol}" }).ClickAsync();

        await Expect(trader.Ticket.GetByRole(AriaRole.Alert)).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"\.\s+\((insufficient_funds|max_[a-z_]+)\)"));
        await Expect(trader.Positions).ToContainTextAsync("No positions.");
    }

    [Fact]
    public async Task Who_signs_out_is_out_and_a_reload_does_not_bring_him_back()
    {
        await using var trader = await running.Browser.Visit(running.Product.Address);
        await trader.SignUp();
        await trader.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await trader.Page.ReloadAsync();
        await Expect(trader.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" })).ToBeVisibleAsync();
        (await trader.Page.EvaluateAsync<int>("localStorage.length")).ShouldBe(0);
    }

    private static async Task HistoryShowsFilled(Visitor trader)
    {
        await trader.Orders.GetByRole(AriaRole.Tab, new() { Name = "Order history" }).ClickAsync();
        var row = trader.Orders.Locator("tr[data-order]");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row.Locator("[data-field='status']")).ToHaveTextAsync("Filled");
    }

    /// <summary>Two per cent under the bid, in whole cents: it rests, and no collar minds it.</summary>
    private static async Task<string> PriceBelowTheMarket(Visitor trader)
    {
        var bid = trader.Quote(Symbol, "bid");
        await Expect(bid).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"\d"));
        var price = decimal.Parse(await bid.InnerTextAsync(), NumberStyles.Number, CultureInfo.InvariantCulture);
        return decimal.Round(price * 0.98m, 2).ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>One product and one browser for all tests; each test is a new visitor.</summary>
    public sealed class Running : IAsyncLifetime
    {
        public Product Product { get; private set; } = null!;

        public Browser Browser { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Product = await Product.Start();
            Browser = await Browser.Start();
        }

        public async Task DisposeAsync()
        {
            if (Browser is not null)
            {
                await Browser.DisposeAsync();
            }

            if (Product is not null)
            {
                await Product.DisposeAsync();
            }
        }
    }
}
