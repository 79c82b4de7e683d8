
namespace Bourse.ApiHost.Market;

/// <summary>Keeps the <see cref="InstrumentCache"/> fresh, once a second.</summary>
public sealed partial class InstrumentRefresh(InstrumentCache instruments, TimeProvider clock, ILogger<InstrumentRefresh> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await instruments.Refresh();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogMissed(log, e.GetType().Name); // the next second tries again
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 4010, Level = LogLevel.Warning, Message = "The catalogue did not answer: {Reason}")]
    private static partial void LogMissed(ILogger log, string reason);
}
