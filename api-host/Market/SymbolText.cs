namespace Bourse.ApiHost.Market;

/// <summary>Symbols as clients write them.</summary>
public static class SymbolText
{
    public const int MaxLength = 24;

    /// <summary>A route value: the server leaves <c>%2F</c> in a path as it is, because it is no separator.</summary>
    public static string Unescape(string routeValue) => routeValue.Contains('%') ? Uri.UnescapeDataString(routeValue) : routeValue;

    /// <summary>The ways to read what was written, the likeliest first: as it is, in upper case, with <c>/</c> for <c>-</c>.</summary>
    public static IEnumerable<string> Readings(string text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            yield break;
        }

        yield return text;
        var upper = text.ToUpperInvariant();
        yield return upper;
        yield return upper.Replace('-', '/');
    }
}
