using System.Buffers;
using System.Text.Json;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>The messages of the plain stream as Alpaca's market-data stream writes them, UTF-8; each goes out as an element of an array.</summary>
public static class StreamMessages
{
    private const int TypicalBytes = 160;

    /// <summary>The best bid and ask. A side that nobody quotes is 0, as on Alpaca's stream; <c>stale</c> is there, and true, while the source is silent.</summary>
    public static byte[] Quote(Quote quote) => Write(json =>
    {
        json.WriteString("T"u8, "q"u8);
        json.WriteString("S"u8, quote.Symbol);
        Number(json, "bp"u8, quote.Bid);
        Number(json, "bs"u8, quote.BidSize);
        Number(json, "ap"u8, quote.Ask);
        Number(json, "as"u8, quote.AskSize);
        Time(json, quote.TimestampMs);
        if (quote.Stale)
        {
            json.WriteBoolean("stale"u8, true);
        }
    });

    /// <summary>A trade of our own book; its number is Alpaca's trade id.</summary>
    public static byte[] Trade(string symbol, TradePrint trade) => Write(json =>
    {
        json.WriteString("T"u8, "t"u8);
        json.WriteString("S"u8, symbol);
        json.WriteNumber("i"u8, trade.Number);
        Number(json, "p"u8, trade.Price);
        Number(json, "s"u8, trade.Quantity);
        Time(json, trade.TimestampMs);
    });

    /// <summary>A minute that is complete.</summary>
    public static byte[] Bar(string symbol, Bar bar) => Write(json =>
    {
        json.WriteString("T"u8, "b"u8);
        json.WriteString("S"u8, symbol);
        Number(json, "o"u8, bar.Open);
        Number(json, "h"u8, bar.High);
        Number(json, "l"u8, bar.Low);
        Number(json, "c"u8, bar.Close);
        Number(json, "v"u8, bar.Volume);
        Time(json, bar.StartMs);
    });

    public static byte[] Success(string message) => Write(json =>
    {
        json.WriteString("T"u8, "success"u8);
        json.WriteString("msg"u8, message);
    });

    public static byte[] Error(StreamError error) => Write(json =>
    {
        json.WriteString("T"u8, "error"u8);
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("msg"u8, error.Message);
    });

    /// <summary>All that a connection is subscribed to now.</summary>
    public static byte[] Subscription(IEnumerable<string> trades, IEnumerable<string> quotes, IEnumerable<string> bars) => Write(json =>
    {
        json.WriteString("T"u8, "subscription"u8);
        Names(json, "trades"u8, trades);
        Names(json, "quotes"u8, quotes);
        Names(json, "bars"u8, bars);
    });

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(TypicalBytes);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Time(Utf8JsonWriter json, long timestampMs) => json.WriteString("t"u8, DateTimeOffset.FromUnixTimeMilliseconds(timestampMs).UtcDateTime);

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal? value) => json.WriteNumber(name, ExactDecimal.Trim(value ?? 0));

    private static void Names(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> symbols)
    {
        json.WriteStartArray(name);
        foreach (var symbol in symbols)
        {
            json.WriteStringValue(symbol);
        }

        json.WriteEndArray();
    }
}
