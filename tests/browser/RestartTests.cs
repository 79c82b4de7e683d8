using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Bourse.Tests.Browser;

/// <summary>What an open page does when the product dies under it.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task An_open_page_comes_back_by_itself_after_the_server_was_killed_with_its_position_and_live_prices()
    {
        await using var product = await Product.Start();
        await using var browser = await Browser.Start();
        await using var trader = await browser.Visit(product.Address);
        await trader.SignUp();
        await trader.Select("AAPL");
        await trader.PriceMoves("AAPL");
        await trader.Ticket.GetByLabel("Quantity").FillAsync("7");
        await trader.Ticket.GetByRole(AriaRole.Button, new() { Name = "Buy 7 AAPL" }).ClickAsync();
        var held = trader.Positions.Locator("tr[data-symbol='AAPL'] [data-field='qty']");
        await Expect(held).ToHaveTextAsync("7");

        await product.KillAndRestart();

        await trader.Live();
        await trader.PriceMoves("AAPL");
        await trader.Ticket.GetByLabel("Quantity").FillAsync("5");
        await trader.Ticket.GetByRole(AriaRole.Button, new() { Name = "Buy 5 AAPL" }).ClickAsync();
        await Expect(held).ToHaveTextAsync("12");
        trader.Complaints.ShouldBeEmpty();
    }
}
