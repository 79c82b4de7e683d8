using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>
/// When the host is asked to stop: no new connection is let in, and those that are there are told to connect again elsewhere,
/// spread over time, so that the other front ends are not overrun. Runs before anything else stops.
/// </summary>
public sealed partial class FrontEndDrain(LiveConnections connections, IOptions<LiveOptions> options, TimeProvider clock, ILogger<FrontEndDrain> log)
    : IHostedLifecycleService
{
    /// <summary>How long those that were told last may take to go.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var leaving = connections.CloseDoor();
        if (leaving.Length == 0)
        {
            return;
        }

        var spread = TimeSpan.FromSeconds(Math.Min(leaving.Length / (double)options.Value.DrainPerSecond, options.Value.MaxDrain.TotalSeconds));
        LogDrain(leaving.Length, spread.TotalSeconds);
        var started = clock.GetTimestamp();
        for (var told = 0; told < leaving.Length;)
        {
            var due = spread == TimeSpan.Zero ? leaving.Length : (int)Math.Min(leaving.Length, 1 + (leaving.Length * (clock.GetElapsedTime(started) / spread)));
            for (; told < due; told++)
            {
                _ = leaving[told].Leave();
            }

            await Task.Delay(Step, clock, cancellationToken);
        }

        while (connections.Count > 0 && clock.GetElapsedTime(started) < spread + Grace)
        {
            await Task.Delay(Step, clock, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 4035, Level = LogLevel.Information, Message = "{Count} connections are asked to go elsewhere within {Seconds} s")]
    private partial void LogDrain(int count, double seconds);
}
