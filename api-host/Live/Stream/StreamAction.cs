using System.Text.Json;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>What a client of the stream asks for. Anything that cannot be read throws <see cref="StreamErrorException"/>.</summary>
public sealed record StreamAction(string Name)
{
    private static readonly string[] OtherChannels = ["dailyBars", "updatedBars", "statuses", "lulds"];

    /// <summary>An access token; or <see cref="Key"/> and <see cref="Secret"/>, those of an API key.</summary>
    public string? Token { get; private init; }

    public string? Key { get; private init; }

    public string? Secret { get; private init; }

    public IReadOnlyList<string> Quotes { get; private init; } = [];

    public IReadOnlyList<string> Trades { get; private init; } = [];

    public IReadOnlyList<string> Bars { get; private init; } = [];

    public int IntervalMs { get; private init; }

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
                return new StreamAction(name) { Token = Text(root, "token"), Key = Text(root, "key"), Secret = Text(root, "secret") };
            case "subscribe" or "unsubscribe":
                foreach (var channel in OtherChannels)
                {
                    if (Symbols(root, channel, maxSymbols).Count > 0)
                    {
                        throw new StreamErrorException(StreamError.Channel(channel));
                    }
                }

                return new StreamAction(name)
                {
                    Quotes = Symbols(root, "quotes", maxSymbols), Trades = Symbols(root, "trades", maxSymbols), Bars = Symbols(root, "bars", maxSymbols),
                };
            case "every":
                return root.TryGetProperty("interval_ms", out var interval) && interval.ValueKind == JsonValueKind.Number
                    && interval.TryGetInt32(out var ms) && ms is >= QuoteInterval.MinMs and <= QuoteInterval.MaxMs
                        ? new StreamAction(name) { IntervalMs = ms }
                        : throw Bad($"interval_ms is a whole number from {QuoteInterval.MinMs} to {QuoteInterval.MaxMs}");
            default:
                throw Bad("unknown action");
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static List<string> Symbols(JsonElement root, string channel, int max)
    {
        if (!root.TryGetProperty(channel, out var array))
        {
            return [];
        }

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
