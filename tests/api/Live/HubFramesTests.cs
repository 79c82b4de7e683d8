using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Bourse.Tests.Api.Live;

/// <summary>What a client may send as WebSocket frames (RFC 6455): each call is answered, whatever its frames look like, and what is no protocol ends the connection.</summary>
[Collection(ApiCollection.Name)]
public sealed class HubFramesTests(ApiFixture api) : IAsyncLifetime
{
    private const byte Text = 1;
    private const byte Binary = 2;
    private const byte Close = 8;
    private const byte Ping = 9;
    private const byte Pong = 10;
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TcpClient _line = new() { NoDelay = true };

    public async Task InitializeAsync()
    {
        await _line.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        await Send(Encoding.ASCII.GetBytes(
            "GET /hubs/trading HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await Read(1))[0]);
        }

        head.ToString().ShouldStartWith("HTTP/1.1 101");
        await Send(Frame(Final | Text, "{\"protocol\":\"json\",\"version\":1}\u001e"));
        (await NextFrame()).ShouldBe((Final | Text, "{}\u001e"));
    }

    public Task DisposeAsync()
    {
        _line.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Calls_that_arrive_together_in_one_frame_or_in_several_are_answered_each()
    {
        await Send([.. Frame(Final | Text, Call(1)), .. Frame(Final | Text, Call(2) + Call(3)), .. Frame(Final | Text, ""), .. Frame(Final | Text, Call(4))]);
        (await Answers(4)).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task A_call_that_arrives_byte_by_byte_is_answered()
    {
        foreach (var one in Frame(Final | Text, Call(1) + Call(2)[..20]).Concat(Frame(Final | Text, Call(2)[20..], longHead: true)))
        {
            await Send([one]);
        }

        (await Answers(2)).ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(60_000)]
    public async Task Calls_of_any_length_are_answered_in_their_order(int length)
    {
        await Send([.. Frame(Final | Text, Call(1)), .. Frame(Final | Text, Call(2, length)), .. Frame(Final | Text, Call(3)[..9]), .. Frame(Final | Text, Call(3)[9..] + Call(4))]);
        (await Answers(4)).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task A_ping_between_calls_and_within_one_is_answered_with_what_it_holds()
    {
        await Send(
            [.. Frame(Final | Text, Call(1)), .. Frame(Final | Ping, "one"), .. Frame(Final | Text, Call(2)), .. Frame(Text, Call(3)[..10]), .. Frame(Final | Ping, "two"), .. Frame(Final, Call(3)[10..])]);
        List<string> pongs = [];
        (await Answers(3, pongs)).ShouldBe([1, 2, 3]);
        while (pongs.Count < 2)
        {
            pongs.Add((await NextFrame()).Text);
        }

        pongs.ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Calls_in_several_frames_and_such_in_one_keep_their_order()
    {
        await Send([.. Frame(Final | Text, Call(1)[..7]), .. Frame(Text, Call(1)[7..12]), .. Frame(Final, Call(1)[12..] + Call(2)[..3]), .. Frame(Final | Text, Call(2)[3..] + Call(3))]);
        (await Answers(3)).ShouldBe([1, 2, 3]);
        await Send([.. Frame(Final | Text, Call(4)[..7]), .. Frame(Final | Text, Call(4)[7..])]);
        (await Answers(1)).ShouldBe([4]);
    }

    [Fact]
    public async Task A_call_in_a_binary_frame_is_answered()
    {
        await Send([.. Frame(Final | Text, Call(1)), .. Frame(Final | Binary, Call(2)), .. Frame(Final | Text, Call(3))]);
        (await Answers(3)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_close_is_answered_with_one_and_ends_the_connection()
    {
        await Send(Frame(Final | Text, Call(1)));
        (await Answers(1)).ShouldBe([1]);
        await Send(Frame(Final | Close, "\u0003\u00e8"));
        var answer = await NextFrame();
        if (answer.Head == (Final | Text))
        {
            answer.Text.ShouldContain("\"type\":7"); // SignalR may say it in its own words first
            answer = await NextFrame();
        }

        answer.Head.ShouldBe(Final | Close);
        (await TryReadFrame()).ShouldBeNull();
    }

    [Theory]
    [InlineData(0x81, new byte[] { (byte)'{', 0xff, 0xfe, 0x1e }, true)] // no UTF-8
    [InlineData(0x81, new byte[] { (byte)'{', (byte)'}', 0x1e }, false)] // not masked
    [InlineData(0xc1, new byte[] { (byte)'{', (byte)'}', 0x1e }, true)] // a bit that nothing has agreed on
    [InlineData(0x83, new byte[] { (byte)'{', (byte)'}', 0x1e }, true)] // no such frame
    [InlineData(0x09, new byte[] { 1 }, true)] // a ping in parts
    [InlineData(0x80, new byte[] { 1 }, true)] // goes on with nothing
    public async Task What_is_no_protocol_ends_the_connection(byte head, byte[] payload, bool masked)
    {
        await Send(Frame(Final | Text, Call(1)));
        (await Answers(1)).ShouldBe([1]);
        await Send([.. Frame(head, payload, masked), .. Frame(Final | Text, Call(2))]);
        while (await TryReadFrame() is { } frame)
        {
            frame.Text.ShouldNotContain("invocationId");
        }
    }

    /// <summary>Of a method that there is not, so that its answer is at hand.</summary>
    private static string Call(int id, int length = 0) =>
        $"{{\"type\":1,\"invocationId\":\"{id}\",\"target\":\"Nothing\",\"arguments\":[\"{new string('x', length)}\"]}}\u001e";

    private static byte[] Frame(int head, string text, bool longHead = false) => Frame(head, Encoding.Latin1.GetBytes(text), masked: true, longHead);

    private static byte[] Frame(int head, byte[] payload, bool masked, bool longHead = false)
    {
        byte[] mask = masked ? [0x12, 0x84, 0xfe, 0x07] : [0, 0, 0, 0];
        var length = payload.Length < 126 && !longHead ? [(byte)payload.Length] : new byte[] { 126, (byte)(payload.Length >> 8), (byte)payload.Length };
        length[0] |= masked ? Masked : (byte)0;
        return [(byte)head, .. length, .. masked ? mask : [], .. payload.Select((one, i) => (byte)(one ^ mask[i % 4]))];
    }

    /// <summary>The ids of so many answers, as they come.</summary>
    private async Task<List<int>> Answers(int count, List<string>? pongs = null)
    {
        List<int> ids = [];
        while (ids.Count < count)
        {
            var (head, text) = await NextFrame();
            if (head == (Final | Pong))
            {
                pongs.ShouldNotBeNull().Add(text);
                continue;
            }

            foreach (var record in text.Split('\u001e', StringSplitOptions.RemoveEmptyEntries))
            {
                var message = JsonDocument.Parse(record).RootElement;
                if (message.GetProperty("type").GetInt32() == 3)
                {
                    message.GetProperty("error").GetString().ShouldNotBeNull().ShouldContain("Nothing");
                    ids.Add(int.Parse(message.GetProperty("invocationId").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
                }
            }
        }

        return ids;
    }

    private async Task<(int Head, string Text)> NextFrame() => (await TryReadFrame()).ShouldNotBeNull();

    /// <summary>Null at the end of the connection.</summary>
    private async Task<(int Head, string Text)?> TryReadFrame()
    {
        try
        {
            var head = await Read(2);
            var length = head[1] == 126 ? BinaryPrimitives.ReadUInt16BigEndian(await Read(2)) : head[1];
            return (head[0], Encoding.UTF8.GetString(await Read(length)));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task Send(byte[] bytes) => await _line.GetStream().WriteAsync(bytes);

    private async Task<byte[]> Read(int count)
    {
        var bytes = new byte[count];
        await _line.GetStream().ReadExactlyAsync(bytes).AsTask().WaitAsync(Deadline);
        return bytes;
    }
}
