using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Wire;

/// <summary>How Bourse writes and reads JSON: snake_case, no duplicate members, at most 16 levels deep, times in UTC.</summary>
public static class WireFormat
{
    public const int MaxDepth = 16;

    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Gives other options, which the framework owns, the same format.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.MaxDepth = MaxDepth;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new UtcTimeConverter());
        options.Converters.Add(new ExactDecimalConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
