using System.Net.WebSockets;
using System.Text;
using Bourse.ApiHost.Live.Frames;

namespace Bourse.Tests.Api.Live;

public sealed class FrameStreamTests
{
    private readonly MemoryStream _line = new();
    private readonly FrameStream _frames;
    private readonly WebSocket _socket;

    public FrameStreamTests()
    {
        _frames = new FrameStream(_line);
        _socket = WebSocket.CreateFromStream(_frames, new WebSocketCreationOptions { IsServer = true });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task A_message_of_any_length_is_read_by_a_client(int length)
    {
        var text = new string('x', length);
        await _frames.Send(Frame(text));
        (await ReadAll()).ShouldBe([text]);
    }

    [Fact]
    public async Task A_message_waits_until_one_that_the_socket_sends_in_parts_is_whole()
    {
        await SendPart("one", isLast: false);
        var sent = _frames.Send(Frame("two")).AsTask();
        await SendPart(" and a half", isLast: true);
        await sent;
        (await ReadAll()).ShouldBe(["one and a half", "two"]);
    }

    [Fact]
    public async Task After_the_close_nothing_is_sent_any_more()
    {
        await _frames.Send(Frame("one"));
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await Should.ThrowAsync<WebSocketException>(() => _frames.Send(Frame("two")).AsTask());
        (await ReadAll()).ShouldBe(["one"]);
    }

    [Fact]
    public async Task What_was_silent_since_the_last_look_is_pinged_and_what_was_not_is_spared()
    {
        await _frames.Send(Frame("one"));
        var sent = _line.Length;
        await _frames.PingIfSilent();
        _line.Length.ShouldBe(sent);
        await _frames.PingIfSilent();
        _line.ToArray()[(int)sent..].ShouldBe([0x89, 0]);
        await _frames.PingIfSilent();
        _line.Length.ShouldBe(sent + 4);
        await _frames.Send(Frame("two"));
        (await ReadAll()).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task No_ping_goes_between_the_parts_of_a_message_nor_after_the_close()
    {
        await SendPart("one", isLast: false);
        await _frames.PingIfSilent();
        await SendPart(" and a half", isLast: true);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        var sent = _line.Length;
        await _frames.PingIfSilent();
        _line.Length.ShouldBe(sent);
        (await ReadAll()).ShouldBe(["one and a half"]);
    }

    private static TextFrame Frame(string text)
    {
        var frame = new TextFrame(text.Length);
        Encoding.ASCII.GetBytes(text, frame.Payload);
        return frame;
    }

    private Task SendPart(string text, bool isLast) => _socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, isLast, CancellationToken.None);

    /// <summary>The messages on the line as the framework's client reads them, up to the close.</summary>
    private async Task<List<string>> ReadAll()
    {
        if (_socket.State == WebSocketState.Open)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }

        _line.Position = 0;
        using var client = WebSocket.CreateFromStream(_line, new WebSocketCreationOptions { IsServer = false });
        var messages = new List<string>();
        var text = new StringBuilder();
        var buffer = new byte[100_000];
        while (await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: WebSocketMessageType.Text } received)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, received.Count));
            if (received.EndOfMessage)
            {
                messages.Add(text.ToString());
                text.Clear();
            }
        }

        return messages;
    }
}
