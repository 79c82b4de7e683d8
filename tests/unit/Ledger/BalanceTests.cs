using Bourse.Domain.Accounts;
using Bourse.Domain.Ledger;

namespace Bourse.Tests.Unit.Ledger;

public sealed class BalanceTests
{
    [Fact]
    public void What_comes_in_stands_on_both_sides()
    {
        var account = new Account("a");
        foreach (var e in account.DecideOpen("u", "trader", "USD", 100m, 0))
        {
            account.Apply(e);
        }

        account.Apply(account.DecideWithdraw("USD", 30m, "w", 1).Event!);

        var usd = account.FindBalance("USD")!;
        (usd.Free, usd.Held, usd.Total, usd.Outside, usd.Clearing, usd.Fees, usd.Sum).ShouldBe((70m, 0m, 70m, -70m, 0m, 0m, 0m));
        account.FindBalance("EUR").ShouldBeNull();
    }

    [Fact]
    public void An_amount_below_zero_never_moves() =>
        Should.Throw<LedgerException>(() => Opened().Apply(new Deposited("USD", -1m, "r", -1m, 0)));

    [Fact]
    public void An_event_that_tells_another_balance_is_refused() =>
        Should.Throw<InvalidOperationException>(() => Opened().Apply(new Deposited("USD", 1m, "r", 2m, 0)));

    private static Account Opened()
    {
        var account = new Account("a");
        account.Apply(new AccountOpened("u", "trader", "USD", 0));
        return account;
    }
}
