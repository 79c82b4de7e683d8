using System.Collections.Frozen;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Risk;

namespace Bourse.Grains.Risk;

/// <summary>All kill switches at one moment; immutable.</summary>
public sealed class Switches
{
    private readonly FrozenDictionary<string, SwitchRuling> _accounts;
    private readonly FrozenDictionary<string, SwitchRuling> _symbols;
    private readonly FrozenDictionary<string, FrozenSet<string>>? _restricted;
    private readonly SwitchRuling _global;
    private readonly bool _isQuiet;

    public Switches(SwitchBoard board)
    {
        var set = (board.Switches ?? []).Where(s => s.State != TradingState.Active).ToArray();
        Version = board.Version;
        _isQuiet = set.Length == 0;
        _global = set.Where(s => s.Scope == SwitchScope.Global).Select(Ruling).SingleOrDefault();
        _accounts = set.Where(s => s.Scope == SwitchScope.Account).ToFrozenDictionary(s => s.Id, Ruling, StringComparer.Ordinal);
        _restricted = board.Restricted is { Count: > 0 } lists
            ? lists.ToFrozenDictionary(l => l.UserClass, l => l.Symbols.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal)
            : null;
        _symbols = set.Where(s => s.Scope == SwitchScope.Symbol).ToFrozenDictionary(s => s.Id, Ruling, StringComparer.Ordinal);
    }

    public long Version { get; }

    /// <summary>What is in force for an account's orders in a symbol.</summary>
    public SwitchRuling For(string account, string symbol) => _isQuiet
        ? default
        : SwitchRuling.Stricter(_global, SwitchRuling.Stricter(_accounts.GetValueOrDefault(account), _symbols.GetValueOrDefault(symbol)));

    /// <summary>Whether an account's class, or everybody, may only get out of a symbol.</summary>
    public bool IsRestricted(string? userClass, string symbol) => _restricted is not null
        && ((_restricted.TryGetValue(AccountRules.EveryClass, out var all) && all.Contains(symbol))
            || (userClass is not null && _restricted.TryGetValue(userClass, out var own) && own.Contains(symbol)));

    private static SwitchRuling Ruling(SwitchView s) => new(s.State, s.Version);
}

/// <summary>What is in force, and since which version of the switches.</summary>
public readonly record struct SwitchRuling(TradingState State, long Since)
{
    /// <summary>
    /// How a book refuses an order on its way, or null when it does not. A halt stops every one; what only reduces is known to its account alone, so an order
    /// passes when that has already looked at this ruling.
    /// </summary>
    /// <param name="checkedAt">The version of the switches that the account checked the order against; 0 = not known.</param>
    public string? Refuses(long checkedAt) => State switch
    {
        TradingState.Halted => RefusalCode.TradingHalted,
        TradingState.Reducing when checkedAt < Since => RefusalCode.ReduceOnly,
        _ => null,
    };

    public static SwitchRuling Stricter(in SwitchRuling a, in SwitchRuling b) =>
        a.State == b.State ? (a.Since > b.Since ? a : b) : a.State > b.State ? a : b;
}
