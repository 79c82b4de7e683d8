using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>A connection that watches quotes: by the hub, by the plain stream, or by one of the yardsticks.</summary>
internal sealed class QuoteLine(Gauge gauge, QuoteWay way, int intervalMs) : HubLine
{
    private const int MaxQuotes = 2_048;
    private const int SecondChars = 19;
    [ThreadStatic]
    private static long[]? s_ages;

    /// <summary>The second that was read last, as text and in µs since 1970: the next one is mostly the same.</summary>
    [ThreadStatic]
    private static (byte[] Text, long Us) s_second;
    private long _lastUs;

    private long _inWindow;
    private bool _hasEverPaused;

    public long Messages { get; private set; }

    /// <summary>How many messages fewer came in the window than its intervals have room for; 0 for a line that stopped reading.</summary>
    public long Missing => _hasEverPaused || intervalMs == 0 ? 0 : Math.Max(0, ((gauge.ToUs - gauge.FromUs) / (intervalMs * 1_000L)) - 1 - _inWindow);

    /// <summary>When the newest tick seen happened, µs since 1970.</summary>
    public long NewestUs { get; private set; }

    /// <summary>Whether a gap tells nothing, because this line stopped reading for a while.</summary>
    public bool HasPaused
    {
        get;
        set
        {
            field = value;
            _hasEverPaused |= value;
        }
    }

    public void Begin(string[] symbols)
    {
        var names = JsonSerializer.Serialize(symbols);
        switch (way)
        {
            case QuoteWay.Hub:
                Greet();
                SendRecord($"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"SubscribeEvery\",\"arguments\":[{names},{intervalMs}]}}");
                break;
            case QuoteWay.PlainHub:
                Greet();
                SendRecord($"{{\"type\":1,\"target\":\"Watch\",\"arguments\":[{names}]}}");
                break;
            case QuoteWay.Stream:
                Send(System.Text.Encoding.UTF8.GetBytes($"{{\"action\":\"every\",\"interval_ms\":{intervalMs}}}"));
                Send(System.Text.Encoding.UTF8.GetBytes($"{{\"action\":\"subscribe\",\"quotes\":{names}}}"));
                break;
        }
    }

    protected override void Take(ReadOnlySpan<byte> message)
    {
        if (way is QuoteWay.Hub or QuoteWay.PlainHub)
        {
            base.Take(message);
        }
        else
        {
            TakeRecord(message);
        }
    }

    protected override void TakeRecord(ReadOnlySpan<byte> record)
    {
        var nowUs = Gauge.NowUs;
        var ages = s_ages ??= new long[MaxQuotes];
        var count = 0;
        long newest = 0;
        var needle = way == QuoteWay.Stream ? "\"t\":\""u8 : "\"timestamp\":"u8;
        for (int at; count < MaxQuotes && (at = record.IndexOf(needle)) >= 0;)
        {
            record = record[(at + needle.Length)..];
            var tickUs = way == QuoteWay.Stream ? ReadTime(record) : ReadMs(record);
            newest = Math.Max(newest, tickUs);
            ages[count++] = nowUs - tickUs;
        }

        if (count == 0)
        {
            return; // a ping, a completion, a greeting
        }

        Messages++;
        NewestUs = newest;
        if (gauge.Covers(nowUs))
        {
            _inWindow++;
            var gap = HasPaused ? 0 : nowUs - Math.Max(_lastUs, gauge.FromUs);
            gauge.Message(nowUs - newest, gap, intervalMs * 1_000L, ages.AsSpan(0, count));
        }

        HasPaused = false;
        _lastUs = nowUs;
    }

    private static long ReadMs(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long ms, out _) ? ms * 1_000 : 0;

    // 2026-11-21T04:11:00.123Z, with as many decimals as are needed
    private static long ReadTime(ReadOnlySpan<byte> text)
    {
        if (text.Length <= SecondChars)
        {
            return 0;
        }

        if (!text[..SecondChars].SequenceEqual(s_second.Text))
        {
            var second = DateTimeOffset.ParseExact(System.Text.Encoding.ASCII.GetString(text[..SecondChars]), "s", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            s_second = (text[..SecondChars].ToArray(), second.ToUnixTimeSeconds() * 1_000_000);
        }

        var us = s_second.Us;
        if (text[SecondChars] == '.')
        {
            var scale = 1_000_000L;
            for (var i = SecondChars + 1; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9' && scale > 1; i++)
            {
                us += (text[i] - '0') * (scale /= 10);
            }
        }

        return us;
    }
}

/// <summary>How quotes come to a client.</summary>
internal enum QuoteWay
{
    /// <summary>Our hub.</summary>
    Hub,

    /// <summary>Our plain stream.</summary>
    Stream,

    /// <summary>The yardstick: a plain SignalR hub.</summary>
    PlainHub,

    /// <summary>The yardstick: Node.js and <c>ws</c>, one text for all.</summary>
    NodeWs,
}
