using System.IO.Pipelines;
using Bourse.ApiHost.Live.Frames;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;

namespace Bourse.ApiHost.Live;

/// <summary>Gives a hub's connections <see cref="TextMessages"/> to read from and a <see cref="HubOutput"/> to write to, as long as they run.</summary>
public static class HubPipes
{
    /// <summary>How long a connection that ends waits for what it was sent last; as long as SignalR then waits for the client's own close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <param name="stall">How long a client may take nothing of what it is sent.</param>
    public static Func<ConnectionDelegate, ConnectionDelegate> Use(SendLane lane, TimeSpan stall) => next => async connection =>
    {
        var (transport, http) = (connection.Transport, connection.GetHttpContext()!);
        var input = FrameStream.MessagesOf(http);
        var output = new HubOutput(lane, () => FrameStream.Of(http), connection.Abort, stall);
        var taking = input.Take(transport.Input);
        connection.Transport = new Pipes(input.Reader, output);
        try
        {
            await next(connection);
        }
        finally
        {
            input.Reader.Complete();
            transport.Input.CancelPendingRead();
            await taking;
            await output.Sent().WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connection.Transport = transport;
        }
    };

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
