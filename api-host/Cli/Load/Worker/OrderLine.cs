using System.Buffers.Text;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>A signed-in connection that places orders over the hub and waits for each answer.</summary>
internal sealed class OrderLine(Gauge gauge) : HubLine
{
    /// <summary>More than a connection of the hub may have under way.</summary>
    private const int MaxUnderWay = 4_096;

    /// <summary>Planned times by number; 0 = answered.</summary>
    private readonly long[] _planned = new long[MaxUnderWay];
    private int _last;
    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>False when too many are under way; then nothing is sent.</summary>
    public bool TryPlace(long plannedUs, string order)
    {
        var id = _last + 1;
        if (_planned[id % MaxUnderWay] != 0)
        {
            return false;
        }

        _last = id;
        Volatile.Write(ref _planned[id % MaxUnderWay], plannedUs);
        Interlocked.Increment(ref _underWay);
        SendRecord($"{{\"type\":1,\"invocationId\":\"{id}\",\"target\":\"PlaceOrder\",\"arguments\":[{order}]}}");
        return true;
    }

    protected override void TakeRecord(ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith("{\"type\":3,\"invocationId\":\""u8) || !Utf8Parser.TryParse(record["{\"type\":3,\"invocationId\":\"".Length..], out int id, out _))
        {
            return;
        }

        var planned = Interlocked.Exchange(ref _planned[id % MaxUnderWay], 0);
        Interlocked.Decrement(ref _underWay);
        gauge.Answer(planned, Gauge.NowUs, OutcomeOf(record));
    }

    private static string OutcomeOf(ReadOnlySpan<byte> record)
    {
        // A result names the order's status; an error carries the problem as text, its quotes escaped.
        var isError = record.IndexOf("\"error\":"u8) >= 0;
        return Word(record, isError ? "\\u0022code\\u0022:\\u0022"u8 : "\"status\":\""u8) ?? Word(record, "\\\"code\\\":\\\""u8) ?? (isError ? "error" : "answered");
    }

    private static string? Word(ReadOnlySpan<byte> record, ReadOnlySpan<byte> after)
    {
        var at = record.IndexOf(after);
        if (at < 0)
        {
            return null;
        }

        var rest = record[(at + after.Length)..];
        var end = rest.IndexOfAnyExcept(System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz_0123456789"u8));
        return System.Text.Encoding.ASCII.GetString(end < 0 ? rest : rest[..end]);
    }
}
