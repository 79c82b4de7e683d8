using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Tests.Unit.Accounts;

public sealed class SnapshotTests
{
    private readonly Desk _desk = new();

    public SnapshotTests()
    {
        _desk.Own(10);
        _desk.Rest(_desk.Request(type: OrderType.Stop, limit: null, stop: 120m, quantity: 1));
        var replaced = _desk.Rest(_desk.Request(Side.Sell, quantity: 4, limit: 101m));
        _desk.Replace(replaced, quantity: 5);
        _desk.Place(_desk.Request(quantity: 2, id: "unanswered"));
    }

    [Fact]
    public void A_snapshot_brings_everything_back()
    {
        var loaded = Account.Load(_desk.Account.Id, _desk.Saved());

        Desk.Saved(loaded).ShouldBe(_desk.Saved());
        Desk.Saved(_desk.Replayed()).ShouldBe(_desk.Saved());
        loaded.CheckInvariants().ShouldBeEmpty();
        (loaded.Version, loaded.OrderSeq, loaded.UserId, loaded.Currency).ShouldBe((_desk.Account.Version, _desk.Account.OrderSeq, "user-1", "USD"));
        loaded.GetOpenOrders().Select(o => o.Id).ShouldBe(_desk.Account.GetOpenOrders().Select(o => o.Id));
        loaded.NextCommand(Desk.Symbol).ShouldBe(6);
        loaded.UnresolvedCommands(Desk.Symbol).Select(c => (c.CommandNumber, c.Revision, c.Order?.ClientOrderId))
            .ShouldBe([(4, 1, null), (5, 0, "unanswered")]);
        loaded.UnresolvedCommands(Desk.Symbol).Select(Terms).ShouldBe(_desk.Account.UnresolvedCommands(Desk.Symbol).Select(Terms));
    }

    [Fact]
    public void Orders_that_were_read_back_share_the_text_of_their_account()
    {
        Account[] accounts = [Account.Load(_desk.Account.Id, _desk.Saved()), _desk.Replayed()];
        foreach (var account in accounts)
        {
            var (symbol, currency) = (account.FindBalance(Desk.Symbol)!.Asset, account.FindBalance("USD")!.Asset);
            account.GetPositions().ShouldAllBe(p => ReferenceEquals(p.Symbol, symbol));
            account.GetOpenOrders().ShouldNotBeEmpty();
            account.GetOpenOrders().ShouldAllBe(o => ReferenceEquals(o.Symbol, symbol) && ReferenceEquals(o.Currency, currency));
        }
    }

    [Fact]
    public void A_loaded_account_goes_on_like_the_one_that_was_saved()
    {
        var loaded = Account.Load(_desk.Account.Id, _desk.Saved());
        var order = _desk.Account.GetOpenOrders()[^1];
        var report = _desk.Report(order, BookReportKind.Fill, price: 100m, quantity: 2m, fee: 0.4m);

        _desk.Take(report);
        loaded.TakeReports(Desk.Symbol, [report], []).ShouldBe(ReportOutcome.Applied);

        Desk.Saved(loaded).ShouldBe(_desk.Saved());
    }

    [Fact]
    public void A_snapshot_cut_short_or_of_another_format_is_told()
    {
        var whole = _desk.Saved();
        for (var length = 0; length < whole.Length; length++)
        {
            Should.Throw<WireFormatException>(() => Account.Load("a", whole.AsSpan(0, length)));
        }

        Should.Throw<WireFormatException>(() => Account.Load("a", [.. whole, 0]));
        whole[0] = 99;
        Should.Throw<WireFormatException>(() => Account.Load("a", whole));
    }

    private static (Guid, decimal, decimal, decimal?) Terms(PendingCommand command) =>
        (command.OrderId, command.BookPrice, command.Quantity, command.StopPrice);
}
