using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Live.Stream;

/// <summary><c>/stream</c>: quotes for many connections and for tools that know Alpaca's market-data stream, whose messages it speaks.</summary>
public static class StreamEndpoint
{
    public const string Path = "/stream";

    public static void MapStream(this IEndpointRouteBuilder app) => app.MapGet(Path, Serve).ExcludeFromDescription();

    private static async Task Serve(HttpContext http, StreamServices shared)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await ProblemResult.Write(http, new Problem(StatusCodes.Status400BadRequest, "malformed", "Connect by WebSocket."));
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await new StreamSession(socket, http, shared).Run();
    }
}
