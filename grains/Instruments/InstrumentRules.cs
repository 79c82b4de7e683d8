using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Grains.Instruments;

/// <summary>What an instrument must keep to, so that a book can count in its ticks and lots.</summary>
public static class InstrumentRules
{
    /// <summary>The names of the session calendars there are.</summary>
    public static readonly IReadOnlySet<string> Calendars = new HashSet<string>(StringComparer.Ordinal) { "us-equity", "always", "fx" };

    /// <summary>Why the instrument cannot be taken, or null when it can.</summary>
    /// <param name="existing">The instrument of the same symbol that stands now, or null.</param>
    public static string? FindFault(InstrumentView instrument, InstrumentView? existing)
    {
        if (!IsSymbol(instrument.Symbol))
        {
            return "a symbol is 1 to 24 of A-Z, 0-9, '/', '.', '-', and starts with a letter or digit.";
        }

        if (string.IsNullOrWhiteSpace(instrument.Name) || instrument.Name.Length > 100)
        {
            return "a name is 1 to 100 characters.";
        }

        if (!Enum.IsDefined(instrument.AssetClass) || !Enum.IsDefined(instrument.Status))
        {
            return "asset class and status are of the known ones.";
        }

        if (instrument.Currency is not { Length: >= 3 and <= 5 } || !instrument.Currency.All(char.IsAsciiLetterUpper))
        {
            return "a currency is 3 to 5 upper-case letters.";
        }

        if (instrument.TickSize is <= 0 or > 1_000_000m || instrument.LotSize is <= 0 or > 1_000_000m)
        {
            return "tick and lot size are above 0 and at most 1,000,000.";
        }

        if (instrument.CollarFraction is <= 0 or > 1 || !IsFee(instrument.MakerFeeRate) || !IsFee(instrument.TakerFeeRate))
        {
            return "the collar is above 0 and at most 1, a fee rate 0 to 0.1.";
        }

        if (instrument.Calendar is null || !Calendars.Contains(instrument.Calendar))
        {
            return "the calendar is of the known ones.";
        }

        if (instrument.Venue is { } venue && (venue.Length is 0 or > 24 || !venue.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')))
        {
            return "a venue is 1 to 24 of a-z, 0-9, '-'.";
        }

        return existing is not null
            && (existing.TickSize != instrument.TickSize || existing.LotSize != instrument.LotSize || existing.Venue != instrument.Venue)
            ? "tick size, lot size and venue never change."
            : null;
    }

    /// <summary>Whether the text can be a symbol; see <see cref="Instrument.Symbol"/>.</summary>
    public static bool IsSymbol(string? symbol)
    {
        if (symbol is not { Length: >= 1 and <= 24 } || !IsLetterOrDigit(symbol[0]))
        {
            return false;
        }

        foreach (var c in symbol)
        {
            if (!IsLetterOrDigit(c) && c is not ('/' or '.' or '-'))
            {
                return false;
            }
        }

        return true;

        static bool IsLetterOrDigit(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c);
    }

    private static bool IsFee(decimal rate) => rate is >= 0 and <= 0.1m;
}
