using System.Net.WebSockets;
using System.Text;
using Bourse.ApiHost.Live;
using Bourse.ApiHost.Live.Frames;

namespace Bourse.Tests.Api.Live;

public sealed class HubOutputTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly Line _line = new();
    private readonly SendLane _lane = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task What_is_written_while_a_frame_is_under_way_follows_in_one_frame_in_its_order()
    {
        var output = Output(Deadline);
        await Write(output, "one");
        await _line.Begun;
        await Write(output, "two");
        await Write(output, "three");
        await Write(output, new string('4', 50_000));
        _line.GoOn();
        await output.Sent().WaitAsync(Deadline);

        _line.Frames().ShouldBe(["one", "twothree" + new string('4', 50_000)]);
    }

    [Fact]
    public async Task Who_writes_waits_while_too_much_is_ready()
    {
        var output = Output(Deadline);
        await Write(output, "one");
        await _line.Begun;
        var flushed = Write(output, new string('x', 70_000)).AsTask();
        flushed.IsCompleted.ShouldBeFalse();
        _line.GoOn();
        await flushed.WaitAsync(Deadline);

        _line.Frames().ShouldBe(["one", new string('x', 70_000)]);
    }

    [Fact]
    public async Task A_connection_that_takes_nothing_for_too_long_is_ended_and_nobody_waits_for_it_any_more()
    {
        var output = Output(TimeSpan.FromMilliseconds(20));
        await Write(output, "one");
        await _aborted.Task.WaitAsync(Deadline);
        await output.Sent().WaitAsync(Deadline);
        (await Write(output, "two")).IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task After_the_close_nothing_is_sent_and_the_connection_is_ended()
    {
        _line.GoOn();
        var frames = new FrameStream(_line);
        var socket = WebSocket.CreateFromStream(frames, new WebSocketCreationOptions { IsServer = true });
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        var output = new HubOutput(_lane, () => frames, () => _aborted.TrySetResult(), Deadline);
        await Write(output, "one");
        await _aborted.Task.WaitAsync(Deadline);

        _line.Frames().ShouldBeEmpty();
    }

    public void Dispose() => _lane.Dispose();

    private HubOutput Output(TimeSpan stall)
    {
        var frames = new FrameStream(_line);
        return new HubOutput(_lane, () => frames, () => _aborted.TrySetResult(), stall);
    }

    private static ValueTask<System.IO.Pipelines.FlushResult> Write(HubOutput output, string text)
    {
        output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
        return output.FlushAsync();
    }

    /// <summary>Takes nothing until it is told to.</summary>
    private sealed class Line : MemoryStream
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task.WaitAsync(Deadline);

        public void GoOn() => _open.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _begun.TrySetResult();
            await _open.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }

        public List<string> Frames()
        {
            var frames = new List<string>();
            var bytes = ToArray().AsSpan();
            while (bytes is [0x81, ..])
            {
                var (head, length) = bytes[1] switch
                {
                    126 => (4, (bytes[2] << 8) | bytes[3]),
                    127 => (10, (int)System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes[2..])),
                    var short7 => (2, short7),
                };
                frames.Add(Encoding.ASCII.GetString(bytes.Slice(head, length)));
                bytes = bytes[(head + length)..];
            }

            return frames;
        }
    }
}
