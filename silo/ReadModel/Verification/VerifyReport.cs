namespace Bourse.Silo.ReadModel.Verification;

/// <summary>One thing that was proved, or not.</summary>
/// <param name="Name">What holds, in words.</param>
/// <param name="Checked">How many things were looked at.</param>
/// <param name="Failed">How many of them were wrong.</param>
public sealed record VerifyCheck(string Name, long Checked, long Failed);

/// <summary>What a verification found.</summary>
/// <param name="Checks">Each check once.</param>
/// <param name="Errors">The first errors in words, at most <see cref="VerifyReport.MaxErrors"/>.</param>
/// <param name="UnderWay">Commands and reports between accounts and books that had not arrived yet: no errors, they are brought to an end once the grains wake.</param>
public sealed record VerifyResult(IReadOnlyList<VerifyCheck> Checks, IReadOnlyList<string> Errors, long UnderWay)
{
    /// <summary>True when every check holds.</summary>
    public bool Ok => Checks.All(c => c.Failed == 0);
}

/// <summary>Gathers what a verification finds.</summary>
internal sealed class VerifyReport
{
    public const int MaxErrors = 100;

    private readonly Dictionary<string, (long Checked, long Failed)> _checks = [];
    private readonly List<string> _order = [];
    private readonly List<string> _errors = [];

    public long UnderWay { get; set; }

    /// <summary>Counts one thing looked at.</summary>
    /// <param name="problem">Asked only when it does not hold.</param>
    public bool Check(string name, bool holds, Func<string> problem)
    {
        if (!_checks.TryGetValue(name, out var check))
        {
            _order.Add(name);
        }

        _checks[name] = (check.Checked + 1, check.Failed + (holds ? 0 : 1));
        if (!holds && _errors.Count < MaxErrors)
        {
            _errors.Add($"{name}: {problem()}");
        }

        return holds;
    }

    public VerifyResult ToResult() =>
        new([.. _order.Select(name => new VerifyCheck(name, _checks[name].Checked, _checks[name].Failed))], _errors, UnderWay);
}

/// <summary>The names of the checks.</summary>
internal static class Checks
{
    public const string Unbroken = "each stream's events are numbered without a gap or overlap";
    public const string Readable = "each event can be read and follows from the ones before";
    public const string Invariants = "each account's invariants hold";
    public const string Replays = "each book's commands give the same trades again";
    public const string Snapshots = "each snapshot equals the events up to it";
    public const string Conserved = "each asset sums to zero against the outside";
    public const string Trades = "each trade stands once on both accounts as the book has it";
    public const string Commands = "each order is known to its account and its book alike";
    public const string Reports = "each report that an account has not applied waits in its book";
    public const string Audit = "each entry of the audit log carries the hash of the one before";
    public const string Orders = "the table of orders equals the journal";
    public const string Positions = "the tables of positions, balances and cash movements equal the journal";
    public const string TradeTable = "the table of trades equals the journal";
    public const string Counts = "no table holds more than the journal";
}
