using System.Text.Json;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>What a client of the stream asks for. Anything that cannot be read throws <see cref="StreamErrorException"/>.</summary>
public sealed record StreamAction(string Name, string? Token, IReadOnlyList<string> Quotes, int IntervalMs)
{
    private static readonly string[] OtherChannels = ["trades", "bars", "dailyBars", "updatedBars", "statuses", "lulds"];
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static StreamAction Read(ReadOnlyMemory<byte> message, int maxSymbols)
    {
        try
        {
            using var json = JsonDocument.Parse(message, Strict);
            return Read(json.RootElement, maxSymbols);
        }
        catch (JsonException)
        {
            throw Bad("a JSON object is expected");
        }
    }

    private static StreamAction Read(JsonElement root, int maxSymbols)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.String)
        {
            throw Bad("an object with an action is expected");
        }

        var name = action.GetString()!;
        switch (name)
        {
            case "auth":
                // A key and its secret are not taken for a token.
                return new StreamAction(name, root.TryGetProperty("token", out var token) && token.ValueKind == JsonValueKind.String ? token.GetString() : null, [], 0);
            case "subscribe" or "unsubscribe":
                foreach (var channel in OtherChannels)
                {
                    if (root.TryGetProperty(channel, out var symbols) && Symbols(symbols, channel, maxSymbols).Count > 0)
                    {
                        throw new StreamErrorException(StreamError.Channel(channel));
                    }
                }

                return new StreamAction(name, null, root.TryGetProperty("quotes", out var quotes) ? Symbols(quotes, "quotes", maxSymbols) : [], 0);
            case "every":
                return root.TryGetProperty("interval_ms", out var interval) && interval.ValueKind == JsonValueKind.Number
                    && interval.TryGetInt32(out var ms) && ms is >= QuoteInterval.MinMs and <= QuoteInterval.MaxMs
                        ? new StreamAction(name, null, [], ms)
                        : throw Bad($"interval_ms is a whole number from {QuoteInterval.MinMs} to {QuoteInterval.MaxMs}");
            default:
                throw Bad("unknown action");
        }
    }

    private static List<string> Symbols(JsonElement array, string channel, int max)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw Bad($"{channel} is an array of symbols");
        }

        if (array.GetArrayLength() > max)
        {
            throw new StreamErrorException(StreamError.SymbolLimit);
        }

        var symbols = new List<string>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray())
        {
            symbols.Add(element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= SymbolText.MaxLength } symbol
                ? symbol
                : throw Bad($"{channel} is an array of symbols"));
        }

        return symbols;
    }

    private static StreamErrorException Bad(string why) => new(StreamError.Syntax(why));
}
