using Bourse.Domain.Ledger;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>The largest amount of one deposit or withdrawal.</summary>
    public const decimal MaxAmount = 1_000_000_000_000m;

    private const int LongestReference = 64;

    /// <summary>Opens the account with its first deposit (0 = none); empty when it is open already.</summary>
    /// <exception cref="ArgumentException">The currency is no currency code, or the deposit is out of bounds.</exception>
    public IReadOnlyList<AccountEvent> DecideOpen(string userId, string kind, string currency, decimal initialDeposit, long nowMs)
    {
        if (IsOpen)
        {
            return [];
        }

        if (!Currencies.IsKnown(currency))
        {
            throw new ArgumentException($"{currency} is no known currency.", nameof(currency));
        }

        var opened = new AccountOpened(userId, kind, currency, nowMs);
        if (initialDeposit == 0)
        {
            return [opened];
        }

        if (CheckAmount(initialDeposit) is { } refusal)
        {
            throw new ArgumentException(refusal.Detail, nameof(initialDeposit));
        }

        return [opened, new Deposited(currency, initialDeposit, "initial", initialDeposit, nowMs)];
    }

    /// <summary>Takes cash from outside; a reference among the newest 1,000 is taken once.</summary>
    /// <param name="amount">Above 0, at most <see cref="MaxAmount"/>, at most <see cref="Money.Decimals"/> decimals.</param>
    /// <param name="reference">1 to 64 characters.</param>
    public CashDecision DecideDeposit(string asset, decimal amount, string reference, long nowMs)
    {
        if (CheckCash(asset, amount, reference) is { } refusal)
        {
            return new CashDecision(null, refusal);
        }

        return _references.Contains(reference)
            ? default
            : new CashDecision(new Deposited(asset, amount, reference, CashAfter(asset, amount), nowMs), null);
    }

    /// <summary>Gives cash out; never more than is free.</summary>
    public CashDecision DecideWithdraw(string asset, decimal amount, string reference, long nowMs)
    {
        if (CheckCash(asset, amount, reference) is { } refusal)
        {
            return new CashDecision(null, refusal);
        }

        if (_references.Contains(reference))
        {
            return default;
        }

        var free = FindBalance(asset)?.Free ?? 0;
        return free < amount
            ? new CashDecision(null, new Refusal(RefusalCode.InsufficientFunds, $"{free} {asset} is free, {amount} is asked for."))
            : new CashDecision(new Withdrawn(asset, amount, reference, CashAfter(asset, -amount), nowMs), null);
    }

    private decimal CashAfter(string asset, decimal change) => (FindBalance(asset)?.Total ?? 0) + change;

    private Refusal? CheckCash(string asset, decimal amount, string reference)
    {
        if (!IsOpen)
        {
            return NotOpen();
        }

        if (!Currencies.IsKnown(asset))
        {
            return new Refusal(RefusalCode.UnknownAsset, "The asset is no known currency.");
        }

        return string.IsNullOrEmpty(reference) || reference.Length > LongestReference
            ? new Refusal(RefusalCode.InvalidReference, $"A reference has 1 to {LongestReference} characters.")
            : CheckAmount(amount);
    }

    private static Refusal? CheckAmount(decimal amount) =>
        amount <= 0 || amount > MaxAmount || Money.Cut(amount) != amount
            ? new Refusal(RefusalCode.InvalidAmount, $"An amount is above 0, at most {MaxAmount}, with at most {Money.Decimals} decimals.")
            : null;

    private Refusal NotOpen() => new(RefusalCode.AccountNotOpen, "The account is not open.");

    private void ApplyOpened(AccountOpened e)
    {
        Require(!IsOpen, e);
        (IsOpen, UserId, Kind, Currency) = (true, e.UserId, e.Kind, e.Currency);
        BalanceOf(e.Currency);
    }

    private void ApplyDeposited(Deposited e)
    {
        Require(IsOpen, e);
        var balance = BalanceOf(e.Asset);
        balance.Move(LedgerAccount.Outside, LedgerAccount.Free, e.Amount);
        Require(balance.Total == e.Cash && _references.Add(e.Reference), e);
        PaidIn(e.Asset, e.Amount);
    }

    // Not a profit of the day.
    private void PaidIn(string asset, decimal amount)
    {
        if (_day is not null && asset == Currency)
        {
            _day.BaseEquity += amount;
        }
    }

    private void ApplyWithdrawn(Withdrawn e)
    {
        Require(IsOpen, e);
        var balance = BalanceOf(e.Asset);
        balance.Move(LedgerAccount.Free, LedgerAccount.Outside, e.Amount);
        Require(balance.Total == e.Cash && _references.Add(e.Reference), e);
        PaidIn(e.Asset, -e.Amount);
    }
}
