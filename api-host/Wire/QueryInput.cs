using System.Globalization;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Wire;

/// <summary>Reads a query string strictly: what is there has to be well-formed and in bounds, else the answer is 400 with its name.</summary>
public sealed class QueryInput(IQueryCollection query)
{
    /// <summary>Null when missing or empty.</summary>
    public string? Text(string name, int maxLength)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            throw Bad(name, "is given twice");
        }

        var text = values.ToString();
        return text.Length == 0 ? null
            : text.Length > maxLength || text.Any(char.IsControl) ? throw Bad(name, $"has more than {maxLength} characters or odd ones")
            : text;
    }

    public bool Has(string name) => query.ContainsKey(name);

    /// <summary>Where a list goes on: <c>page_token</c>, or <c>after</c>, which is the same.</summary>
    public string? PageToken(int maxLength) => Text("page_token", maxLength) ?? Text("after", maxLength);

    public string OneOf(string name, string otherwise, params string[] allowed)
    {
        var text = Text(name, 32)?.ToLowerInvariant() ?? otherwise;
        return allowed.Contains(text) ? text : throw Bad(name, $"is to be one of {string.Join(", ", allowed)}");
    }

    public int Int(string name, int otherwise, int min, int max)
    {
        if (Text(name, 20) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Bad(name, $"is to be a whole number from {min} to {max}");
    }

    /// <summary>A time as in RFC 3339.</summary>
    public DateTimeOffset? Time(string name) => Text(name, 40) is not { } text ? null
        : UtcTimeConverter.TryParse(text, out var time) ? time
        : throw Bad(name, "is to be a time as in RFC 3339");

    /// <summary>A time in ms since 1970 or as in RFC 3339, given back in ms.</summary>
    public long? TimeMs(string name) => Text(name, 40) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms
        : UtcTimeConverter.TryParse(text, out var time) ? time.ToUnixTimeMilliseconds()
        : throw Bad(name, "is to be in ms since 1970 or as in RFC 3339");

    private static ProblemException Bad(string name, string why) => new(Problem.Malformed(name, $"{name} {why}."));
}
