namespace Bourse.Domain.Ledger;

/// <summary>Where an amount of an asset stands, seen from one account.</summary>
public enum LedgerAccount : byte
{
    /// <summary>The account may use it.</summary>
    Free = 0,

    /// <summary>Reserved by open orders.</summary>
    Held = 1,

    /// <summary>The world: minus what came in, plus what went out.</summary>
    Outside = 2,

    /// <summary>The other sides of trades; zero over all accounts once every fill has arrived.</summary>
    Clearing = 3,

    /// <summary>Fees paid.</summary>
    Fees = 4,
}

/// <summary>
/// The double-entry accounts of one asset: a currency code, or a symbol for a position. Their sum is zero after every movement.
/// </summary>
public sealed class AssetBalance(string asset)
{
    private decimal _free;
    private decimal _held;
    private decimal _outside;
    private decimal _clearing;
    private decimal _fees;

    public string Asset { get; } = asset;

    public decimal Free => _free;

    public decimal Held => _held;

    public decimal Outside => _outside;

    public decimal Clearing => _clearing;

    public decimal Fees => _fees;

    /// <summary>What the account has: free and held. Below zero for debt or a short position.</summary>
    public decimal Total => _free + _held;

    /// <summary>Zero, or the ledger is wrong.</summary>
    public decimal Sum => _free + _held + _outside + _clearing + _fees;

    /// <summary>Moves an amount; it leaves one account and enters the other.</summary>
    /// <param name="amount">0 or more; 0 moves nothing.</param>
    /// <exception cref="LedgerException">The amount is below zero, or the accounts no longer sum to zero.</exception>
    internal void Move(LedgerAccount from, LedgerAccount to, decimal amount)
    {
        if (amount == 0)
        {
            return;
        }

        if (amount < 0)
        {
            throw new LedgerException($"A movement of {amount} {Asset} is below zero.");
        }

        At(from) -= amount;
        At(to) += amount;
        if (Sum != 0)
        {
            throw new LedgerException($"The accounts of {Asset} sum to {Sum} after a movement of {amount}.");
        }
    }

    /// <summary>Sets a balance read from a snapshot.</summary>
    internal void Restore(decimal free, decimal held, decimal outside, decimal clearing, decimal fees)
    {
        (_free, _held, _outside, _clearing, _fees) = (free, held, outside, clearing, fees);
        if (Sum != 0)
        {
            throw new LedgerException($"The accounts of {Asset} in a snapshot sum to {Sum}.");
        }
    }

    private ref decimal At(LedgerAccount account)
    {
        switch (account)
        {
            case LedgerAccount.Free: return ref _free;
            case LedgerAccount.Held: return ref _held;
            case LedgerAccount.Outside: return ref _outside;
            case LedgerAccount.Clearing: return ref _clearing;
            case LedgerAccount.Fees: return ref _fees;
            default: throw new LedgerException($"There is no ledger account {account}.");
        }
    }
}

/// <summary>A movement that does not balance: a bug, never a refusal.</summary>
public sealed class LedgerException(string message) : Exception(message);
