namespace Bourse.Silo.MarketData.Live;

/// <summary>Our symbols and a provider's, both ways.</summary>
public sealed class SymbolMap
{
    private readonly Dictionary<string, string> _theirs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ours = new(StringComparer.Ordinal);

    /// <param name="entries">Each a symbol of ours, or <c>OURS=THEIRS</c>.</param>
    /// <param name="usual">How the provider writes a symbol of ours.</param>
    /// <exception cref="ArgumentException">Two symbols of ours are one of theirs.</exception>
    public SymbolMap(IEnumerable<string> entries, Func<string, string> usual)
    {
        foreach (var entry in entries)
        {
            var split = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            var (ours, theirs) = split.Length == 2 ? (split[0], split[1]) : (split[0], usual(split[0]));
            if (!_theirs.TryAdd(ours, theirs) || !_ours.TryAdd(theirs, ours))
            {
                throw new ArgumentException($"{ours} or {theirs} stands twice among the symbols.", nameof(entries));
            }
        }
    }

    /// <summary>Symbols of ours, in the order given.</summary>
    public IReadOnlyCollection<string> Ours => _theirs.Keys;

    /// <summary>The provider's, in the same order.</summary>
    public IReadOnlyCollection<string> Theirs => _theirs.Values;

    /// <summary>How the provider writes it; null where it is not asked for.</summary>
    public string? ToTheirs(string ours) => _theirs.GetValueOrDefault(ours);

    /// <summary>What we call it; null for what nobody asked for.</summary>
    public string? ToOurs(string theirs) => _ours.GetValueOrDefault(theirs);

    /// <summary><c>BTC/USDT</c> as <c>BTCUSDT</c>.</summary>
    public static string WithoutSlash(string ours) => ours.Replace("/", "", StringComparison.Ordinal);
}
