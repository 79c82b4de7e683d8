using Bourse.ApiHost.Auth;

namespace Bourse.ApiHost.Live;

/// <summary>Ends live connections whose session has ended, every five seconds: a signed-out stream goes silent though its socket is open. Orders are refused at once.</summary>
public sealed partial class SessionSweep(LiveConnections connections, LiveSessions sessions, TimeProvider clock, ILogger<SessionSweep> log) : BackgroundService
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var some in connections.SignedIn().Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(EndIfOver));
            }
        }
    }

    private async Task EndIfOver(LiveConnection connection)
    {
        try
        {
            if (connection.Caller is { SessionId: { } session } caller && await sessions.Roles(caller.UserId, session) is null)
            {
                connection.Abort();
            }
        }
        catch (Exception away)
        {
            LogAway(log, away.GetType().Name); // looked at again in five seconds
        }
    }

    [LoggerMessage(EventId = 4201, Level = LogLevel.Warning, Message = "A live connection's session could not be looked at: {Reason}")]
    private static partial void LogAway(ILogger log, string reason);
}
