using System.Text;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>A bar with the symbol and the price that it is of.</summary>
public readonly record struct SymbolBar(string Symbol, BarPrice Price, Bar Bar);

/// <summary>
/// Reads a file of bars: a CSV whose header names its columns: <c>timestamp</c> (the bar's start, ms since 1970 UTC), <c>symbol</c> where the file holds several,
/// and <c>open,high,low,close</c> with <c>volume</c> as far as it is known, or the same with <c>bid_</c>, <c>ask_</c> or <c>mid_</c> before it, or several of these.
/// </summary>
public sealed class BarFileReader
{
    private static readonly (string Prefix, BarPrice Price)[] s_prices = [("", BarPrice.Trade), ("bid_", BarPrice.Bid), ("ask_", BarPrice.Ask), ("mid_", BarPrice.Mid)];

    private readonly string _file;
    private readonly string? _symbol;
    private readonly long _lengthMs;
    private readonly int _columns;
    private readonly int _timestamp;
    private readonly int _symbolColumn;
    private readonly List<(BarPrice Price, int Open, int High, int Low, int Close, int Volume)> _series = [];

    /// <param name="symbol">Of all bars, where the file does not say.</param>
    /// <param name="lengthMs">The bars' length.</param>
    /// <exception cref="TickFileException">The header names no bars, or no symbol is told.</exception>
    public BarFileReader(string file, string? symbol, long lengthMs)
    {
        (_file, _symbol, _lengthMs) = (file, symbol, lengthMs);
        var names = HeaderOf(file).Split(',');
        _columns = names.Length;
        _timestamp = Array.IndexOf(names, "timestamp");
        _symbolColumn = Array.IndexOf(names, "symbol");
        foreach (var (prefix, price) in s_prices)
        {
            int Column(string name) => Array.IndexOf(names, prefix + name);
            if (Column("open") >= 0 && Column("high") >= 0 && Column("low") >= 0 && Column("close") >= 0)
            {
                _series.Add((price, Column("open"), Column("high"), Column("low"), Column("close"), Column("volume")));
            }
        }

        if (_timestamp < 0 || _series.Count == 0)
        {
            throw Bad(1, "the header has to name timestamp, open, high, low and close, or the same with bid_, ask_ or mid_");
        }

        if (_symbolColumn < 0 && symbol is null)
        {
            throw Bad(1, "it has no column symbol: say --symbol");
        }
    }

    /// <summary>Whether a file's header names bars, and not ticks.</summary>
    public static bool IsBars(string file) => HeaderOf(file).Split(',').Any(name => name == "open" || name.EndsWith("_open", StringComparison.Ordinal));

    /// <summary>The bars in the file's order.</summary>
    /// <exception cref="TickFileException">A line cannot be read; the bars before it were given.</exception>
    public IEnumerable<SymbolBar> Read()
    {
        long number = 1;
        foreach (var line in File.ReadLines(_file).Skip(1))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            var fields = line.Split(',');
            if (fields.Length != _columns)
            {
                throw Bad(number, $"it has {fields.Length} fields and the header {_columns}");
            }

            if (!TickNumbers.TryParseTimestamp(Encoding.UTF8.GetBytes(fields[_timestamp]), out var startMs) || startMs % _lengthMs != 0)
            {
                throw Bad(number, "the timestamp is not the start of a bar of this length, in ms since 1970");
            }

            var symbol = _symbolColumn < 0 ? _symbol! : fields[_symbolColumn];
            if (!InstrumentRules.IsSymbol(symbol))
            {
                throw Bad(number, "the symbol is none");
            }

            foreach (var series in _series)
            {
                if (fields[series.Open].Length > 0)
                {
                    yield return new SymbolBar(symbol, series.Price, ReadBar(fields, series, startMs, number));
                }
            }
        }
    }

    private Bar ReadBar(string[] fields, (BarPrice Price, int Open, int High, int Low, int Close, int Volume) series, long startMs, long line)
    {
        var volume = series.Volume < 0 || fields[series.Volume].Length == 0 ? 0 : Number(fields[series.Volume], line);
        var bar = new Bar(startMs, Number(fields[series.Open], line), Number(fields[series.High], line), Number(fields[series.Low], line), Number(fields[series.Close], line), volume);
        return bar.Low > 0 && bar.Low <= Math.Min(bar.Open, bar.Close) && bar.High >= Math.Max(bar.Open, bar.Close) && volume >= 0
            ? bar
            : throw Bad(line, "its high and low do not hold its open and close, or a number is below 0");
    }

    private decimal Number(string field, long line) =>
        TickNumbers.TryParseDecimal(Encoding.UTF8.GetBytes(field), out var value) ? value : throw Bad(line, $"{field} is not a decimal number");

    private static string HeaderOf(string file) => File.ReadLines(file).FirstOrDefault()?.Trim().TrimStart('\uFEFF').ToLowerInvariant() ?? "";

    private TickFileException Bad(long line, string why) => new(_file, line, why);
}
