using System.Text.Json;
using System.Text.Json.Serialization;
using Bourse.Domain.Accounts;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>The column of the terms that few orders have: JSON in snake_case, what is not asked for left out.</summary>
internal static class AdvancedJson
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string? Of(AdvancedTerms? terms) => terms is null ? null : JsonSerializer.Serialize(terms, s_format);

    public static AdvancedTerms? Read(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : JsonSerializer.Deserialize<AdvancedTerms>(reader.GetString(column), s_format);
}
