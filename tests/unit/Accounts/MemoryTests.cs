using Bourse.Domain.Accounts;
using Bourse.Domain.Books;

namespace Bourse.Tests.Unit.Accounts;

/// <summary>What an account remembers, and what it forgets.</summary>
public sealed class MemoryTests
{
    // Two ids of one fingerprint: a known collision of FNV-1a with 64 bits.
    private const string OneId = "8yn0iYCKYHlIj4-BwPqk";
    private const string OtherId = "GReLUrM4wMqfg9yzV3KQ";

    private readonly Desk _desk = new();

    [Fact]
    public void Closed_orders_stay_while_they_are_few_or_young()
    {
        const int closed = 1_500;
        const int oldestKept = closed + 1 - Account.ClosedOrdersKept + 1;
        Close(closed);
        Find(1).ShouldBe(ClientIdLookup.Found);

        _desk.NowMs += Account.ClosedOrdersKeptMs;
        Close(1);

        Find(1).ShouldBe(ClientIdLookup.MaybeOlder);
        Find(oldestKept - 1).ShouldBe(ClientIdLookup.MaybeOlder);
        Find(oldestKept).ShouldBe(ClientIdLookup.Found);
        _desk.Account.FindByClientOrderId("never", out _).ShouldBe(ClientIdLookup.Never);
        _desk.Account.CheckInvariants().ShouldBeEmpty();
    }

    [Fact]
    public void Closed_orders_are_bounded_however_young()
    {
        Close(Account.ClosedOrdersAtMost + 1);
        Find(1).ShouldBe(ClientIdLookup.MaybeOlder);
        Find(2).ShouldBe(ClientIdLookup.Found);
    }

    [Fact]
    public void An_id_that_left_memory_is_never_denied_and_few_others_are_suspected()
    {
        Close(30_000);
        for (var i = 1; i <= 30_000; i++)
        {
            Find(i).ShouldNotBe(ClientIdLookup.Never);
        }

        var suspected = Enumerable.Range(0, 10_000).Count(i => _desk.Account.FindByClientOrderId($"other-{i}", out _) == ClientIdLookup.MaybeOlder);
        suspected.ShouldBeLessThan(100);

        var loaded = Account.Load(_desk.Account.Id, _desk.Saved());
        loaded.FindByClientOrderId("c-1", out _).ShouldBe(ClientIdLookup.MaybeOlder);
        Desk.Saved(loaded).ShouldBe(_desk.Saved());
    }

    [Theory]
    [InlineData(OneId, OtherId)]
    [InlineData(OtherId, OneId)]
    public void Open_orders_whose_ids_have_one_fingerprint_are_told_apart(string closedFirst, string closedLast)
    {
        var one = _desk.Place(_desk.Request(id: OneId));
        Find(OtherId).ShouldBe((ClientIdLookup.Never, null));
        var other = _desk.Place(_desk.Request(id: OtherId));
        Find(OneId).ShouldBe((ClientIdLookup.Found, one.Id));
        Find(OtherId).ShouldBe((ClientIdLookup.Found, other.Id));
        _desk.Decide(one.Request).Outcome.ShouldBe(PlaceOutcome.Repeated);
        _desk.Decide(other.Request with { ClientOrderId = OneId, Quantity = 3m }).Outcome.ShouldBe(PlaceOutcome.Conflict);
        var again = _desk.Decide(_desk.Request()).Event! with { Request = one.Request };
        Should.Throw<InvalidOperationException>(() => _desk.Account.Apply(again));
        Desk.Saved(Account.Load(_desk.Account.Id, _desk.Saved())).ShouldBe(_desk.Saved());

        var (first, last) = closedFirst == OneId ? (one, other) : (other, one);
        _desk.Tell(first, BookReportKind.Canceled);
        Find(closedFirst).ShouldBe((ClientIdLookup.Found, first.Id));
        Find(closedLast).ShouldBe((ClientIdLookup.Found, last.Id));
        _desk.Account.FindOrder(last.Id).ShouldBeSameAs(last);

        // Of the closed ones with one fingerprint the newest is known, the others are the read model's to tell.
        _desk.Tell(last, BookReportKind.Canceled);
        Find(closedFirst).ShouldBe((ClientIdLookup.MaybeOlder, null));
        Find(closedLast).ShouldBe((ClientIdLookup.Found, last.Id));
    }

    [Fact]
    public void A_closed_order_that_is_forgotten_takes_no_other_of_its_fingerprint_along()
    {
        _desk.Tell(_desk.Place(_desk.Request(id: OneId, quantity: 1)), BookReportKind.Canceled);
        Find(OtherId).ShouldBe((ClientIdLookup.MaybeOlder, null));
        var other = _desk.Place(_desk.Request(id: OtherId, quantity: 1));
        Find(OneId).Lookup.ShouldBe(ClientIdLookup.Found);

        Forget();
        Find(OneId).ShouldBe((ClientIdLookup.MaybeOlder, null));
        Find(OtherId).ShouldBe((ClientIdLookup.Found, other.Id));
        Load().FindByClientOrderId(OtherId, out _).ShouldBe(ClientIdLookup.Found);

        _desk.Tell(other, BookReportKind.Canceled);
        Find(OneId).ShouldBe((ClientIdLookup.MaybeOlder, null));
        Find(OtherId).ShouldBe((ClientIdLookup.Found, other.Id));
        Load().FindByClientOrderId(OtherId, out _).ShouldBe(ClientIdLookup.Found);

        Forget();
        Find(OtherId).ShouldBe((ClientIdLookup.MaybeOlder, null));
        _desk.Account.CheckInvariants().ShouldBeEmpty();
    }

    [Fact]
    public void The_older_of_two_closed_orders_with_one_fingerprint_is_forgotten_alone()
    {
        _desk.Tell(_desk.Place(_desk.Request(id: OneId, quantity: 1)), BookReportKind.Canceled);
        _desk.NowMs += Account.ClosedOrdersKeptMs;
        Close(1);
        var other = _desk.Place(_desk.Request(id: OtherId, quantity: 1));
        _desk.Tell(other, BookReportKind.Canceled);
        Close(Account.ClosedOrdersKept);

        _desk.Account.FindOrder(other.Id).ShouldNotBeNull();
        Find(OneId).ShouldBe((ClientIdLookup.MaybeOlder, null));
        Find(OtherId).ShouldBe((ClientIdLookup.Found, other.Id));
        _desk.Account.CheckInvariants().ShouldBeEmpty();
    }

    [Fact]
    public void The_same_deposit_is_taken_once()
    {
        _desk.Apply(_desk.Account.DecideDeposit("USD", 5m, "wire-1", 1).Event!);
        _desk.Account.DecideDeposit("USD", 5m, "wire-1", 2).ShouldBe(default);
        _desk.Account.DecideWithdraw("USD", 5m, "wire-1", 2).ShouldBe(default);
        _desk.Apply(_desk.Account.DecideWithdraw("USD", 4m, "wire-2", 3).Event!);
        _desk.Cash.ShouldBe(10_001m);
    }

    [Fact]
    public void Opening_twice_changes_nothing() =>
        _desk.Account.DecideOpen("user-1", "trader", "USD", 10_000m, 1).ShouldBeEmpty();

    [Fact]
    public void An_account_opens_in_a_known_currency_with_a_sane_deposit()
    {
        Should.Throw<ArgumentException>(() => new Account("x").DecideOpen("u", "trader", "XXX", 1m, 0));
        Should.Throw<ArgumentException>(() => new Account("x").DecideOpen("u", "trader", "USD", -1m, 0));
        new Account("x").DecideOpen("u", "house", "USD", 0m, 0).Count.ShouldBe(1);
    }

    private Account Load() => Account.Load(_desk.Account.Id, _desk.Saved());

    private (ClientIdLookup Lookup, Guid? OrderId) Find(string id) => (_desk.Account.FindByClientOrderId(id, out var order), order?.Id);

    /// <summary>Closes so many that those closed before leave memory.</summary>
    private void Forget()
    {
        _desk.NowMs += Account.ClosedOrdersKeptMs;
        Close(Account.ClosedOrdersKept);
    }

    private ClientIdLookup Find(int number) => _desk.Account.FindByClientOrderId($"c-{number}", out _);

    private void Close(int count)
    {
        var account = _desk.Account;
        for (var i = 0; i < count; i++)
        {
            var placed = _desk.Decide(_desk.Request(quantity: 1)).Event!;
            account.Apply(placed);
            account.TakeReports(Desk.Symbol, [_desk.Report(account.FindOrder(placed.OrderId)!, BookReportKind.Canceled)], []);
        }
    }
}
