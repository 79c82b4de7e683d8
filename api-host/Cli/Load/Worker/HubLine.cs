using System.Text;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>A connection to a SignalR hub, which speaks its JSON protocol.</summary>
internal abstract class HubLine : RawSocket
{
    private const byte RecordSeparator = 0x1e;
    private static readonly byte[] s_ping = [.. "{\"type\":6}"u8, RecordSeparator];

    public void Greet() => SendRecord("{\"protocol\":\"json\",\"version\":1}");

    public void Ping() => Send(s_ping);

    public void SendRecord(string json)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(json.Length) + 1];
        var length = Encoding.UTF8.GetBytes(json, bytes);
        bytes[length++] = RecordSeparator;
        Send(bytes.AsSpan(0, length));
    }

    protected override void Take(ReadOnlySpan<byte> message)
    {
        int end;
        while ((end = message.IndexOf(RecordSeparator)) >= 0)
        {
            TakeRecord(message[..end]);
            message = message[(end + 1)..];
        }
    }

    protected abstract void TakeRecord(ReadOnlySpan<byte> record);
}
