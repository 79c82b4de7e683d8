namespace Bourse.ApiHost.Live;

/// <summary>
/// Pings connections that were silent for a minute, so that nothing on the way takes them for dead, and clients that have vanished are found out about. One loop
/// for all of them: the framework's timer for each of many thousand connections costs more than what it sends.
/// </summary>
public sealed class SilencePings(LiveConnections connections, TimeProvider clock) : BackgroundService
{
    /// <summary>A round is spread over so many steps.</summary>
    private const int Steps = 60;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Step, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            var all = connections.All();
            for (var step = 0; step < Steps; step++)
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                for (var i = step; i < all.Length; i += Steps)
                {
                    all[i].PingIfSilent();
                }
            }
        }
    }
}
