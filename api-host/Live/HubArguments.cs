using System.Text.Json;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Live;

/// <summary>Reads the arguments of hub methods as strictly as REST reads bodies. What cannot be read throws <see cref="ProblemException"/>.</summary>
public static class HubArguments
{
    private const int MaxIdLength = 64;

    public static T Object<T>(JsonElement argument, string name)
        where T : class
    {
        if (argument.ValueKind != JsonValueKind.Object)
        {
            throw new ProblemException(NoObject(name));
        }

        try
        {
            return argument.Deserialize<T>(WireFormat.Options) ?? throw new ProblemException(NoObject(name));
        }
        catch (JsonException e)
        {
            throw new ProblemException(ProblemMap.OfJson(e));
        }
    }

    public static Problem NoObject(string name) => Problem.Malformed(name, $"{name} is to be an object.");

    /// <summary>Between 0 and <paramref name="max"/> texts that may be symbols.</summary>
    public static IReadOnlyList<string> Symbols(JsonElement argument, int max)
    {
        if (argument.ValueKind != JsonValueKind.Array)
        {
            throw Malformed("symbols", "is to be an array of symbols");
        }

        if (argument.GetArrayLength() > max)
        {
            throw new ProblemException(Problem.Refused("too_many_symbols", $"A connection watches at most {max} symbols.", "symbols"));
        }

        var symbols = new List<string>(argument.GetArrayLength());
        foreach (var element in argument.EnumerateArray())
        {
            symbols.Add(element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= SymbolText.MaxLength } symbol
                ? symbol
                : throw Malformed("symbols", "is to be an array of symbols"));
        }

        return symbols;
    }

    public static int Int(JsonElement argument, string name, int min, int max) =>
        argument.ValueKind == JsonValueKind.Number && argument.TryGetInt32(out var value) && value >= min && value <= max
            ? value
            : throw Malformed(name, $"is to be a whole number from {min} to {max}");

    /// <summary>A whole number of 0 or more, or null.</summary>
    public static long? Seq(JsonElement argument, string name) => argument.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.Number when argument.TryGetInt64(out var value) && value >= 0 => value,
        _ => throw Malformed(name, "is to be a whole number of 0 or more, or null"),
    };

    public static string Id(JsonElement argument, string name) =>
        argument.ValueKind == JsonValueKind.String && argument.GetString() is { Length: > 0 and <= MaxIdLength } id
            ? id
            : throw Malformed(name, "is to be an id");

    private static ProblemException Malformed(string name, string why) => new(Problem.Malformed(name, $"{name} {why}."));
}
