using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>
/// What one account says of its dealings with one book, and how far the book's own journal has confirmed it. Fills and commands are
/// compared as sequences, by a fingerprint of everything up to a number.
/// </summary>
internal sealed class Pair(string currency)
{
    // Fingerprints of the commands from FirstKept on: those that the book may not have yet.
    private readonly List<ulong> _commands = [0];
    private RowHash _accountFills;
    private RowHash _bookFills;
    private RowHash _accountCommands;
    private RowHash _bookCommands;
    private bool _fillsConfirmed;

    /// <summary>What the symbol is priced in.</summary>
    public string Currency { get; } = currency;

    public long LastReport { get; set; }

    public long LastCommand { get; private set; }

    public long AccountFills { get; private set; }

    public long BookFills { get; private set; }

    public long BookCommands { get; private set; }

    private long FirstKept => LastCommand - _commands.Count + 1;

    public void AccountFilled(long number, bool isMaker, Guid order, Side side, decimal price, decimal quantity, decimal fee)
    {
        AccountFills++;
        Add(ref _accountFills, number, isMaker, order, side, price, quantity, fee);
    }

    public void AccountCommanded(long number, Guid order, int revision)
    {
        LastCommand = number;
        Add(ref _accountCommands, number, order, revision);
        _commands.Add(_accountCommands.Value);
    }

    /// <summary>Everything before this command has its answer: the book must have it, and its fingerprint need not be kept.</summary>
    /// <param name="atEnd">The account's journal has ended; until then it is enough to keep few.</param>
    public void Resolved(long firstUnresolved, bool atEnd)
    {
        const int fewEnough = 32;
        var drop = (int)(firstUnresolved - 1 - FirstKept);
        if (drop > fewEnough || (atEnd && drop > 0))
        {
            _commands.RemoveRange(0, drop);
        }
    }

    /// <summary>A side of a trade as the book's journal has it.</summary>
    /// <returns>False when it contradicts the account; null when the account does not have it yet.</returns>
    public bool? BookFilled(long number, bool isMaker, Guid order, Side side, decimal price, decimal quantity, decimal fee)
    {
        BookFills++;
        if (BookFills > AccountFills)
        {
            return null;
        }

        Add(ref _bookFills, number, isMaker, order, side, price, quantity, fee);
        _fillsConfirmed = BookFills == AccountFills && _bookFills.Value == _accountFills.Value;
        return BookFills < AccountFills || _fillsConfirmed;
    }

    /// <summary>A command as the book's journal has it.</summary>
    /// <returns>False when it contradicts the account.</returns>
    public bool BookCommanded(long number, Guid order, int revision)
    {
        BookCommands = number;
        Add(ref _bookCommands, number, order, revision);
        return number <= LastCommand && (number < FirstKept || _commands[(int)(number - FirstKept)] == _bookCommands.Value);
    }

    /// <summary>At the end: the book has at least what the account has an answer or a fill for.</summary>
    public bool IsConfirmed => (AccountFills == 0 || _fillsConfirmed) && BookCommands >= FirstKept;

    private static void Add(ref RowHash hash, long number, bool isMaker, Guid order, Side side, decimal price, decimal quantity, decimal fee)
    {
        hash.Add((number << 4) | ((long)side << 1) | (isMaker ? 1L : 0));
        hash.Add(order);
        hash.Add(price);
        hash.Add(quantity);
        hash.Add(fee);
    }

    private static void Add(ref RowHash hash, long number, Guid order, int revision)
    {
        hash.Add(number);
        hash.Add(order);
        hash.Add(revision);
    }
}
