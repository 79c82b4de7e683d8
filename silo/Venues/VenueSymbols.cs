using System.Globalization;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Silo.Venues;

/// <summary>
/// Which instruments trade at outside venues, by the settings <c>Venues:NAME:Symbols</c>. They count when an instrument enters the catalogue; from then on its venue
/// is its own.
/// </summary>
public sealed class VenueSymbols
{
    private readonly Dictionary<string, Terms> _terms = new(StringComparer.Ordinal);

    /// <param name="entries">By venue: each a symbol, or <c>SYMBOL:TICK:LOT</c>.</param>
    /// <exception cref="ArgumentException">One cannot be read, or a symbol stands twice.</exception>
    public VenueSymbols(IEnumerable<(string Venue, IEnumerable<string> Symbols)> entries)
    {
        foreach (var (venue, symbols) in entries)
        {
            foreach (var entry in symbols)
            {
                var parts = entry.Split(':');
                var terms = parts.Length switch
                {
                    1 => new Terms(venue, null, null),
                    3 when Size(parts[1]) is { } tick && Size(parts[2]) is { } lot => new Terms(venue, tick, lot),
                    _ => throw new ArgumentException($"Venues:{venue}:Symbols: '{entry}' is neither SYMBOL nor SYMBOL:TICK:LOT.", nameof(entries)),
                };
                if (!_terms.TryAdd(parts[0], terms))
                {
                    throw new ArgumentException($"Venues: {parts[0]} stands twice among the symbols.", nameof(entries));
                }
            }
        }
    }

    /// <summary>The instrument as it is to enter the catalogue.</summary>
    public InstrumentView Apply(InstrumentView instrument) => _terms.TryGetValue(instrument.Symbol, out var terms)
        ? instrument with { Venue = terms.Venue, TickSize = terms.Tick ?? instrument.TickSize, LotSize = terms.Lot ?? instrument.LotSize }
        : instrument;

    private static decimal? Size(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : null;

    private sealed record Terms(string Venue, decimal? Tick, decimal? Lot);
}
