namespace Bourse.ApiHost.Live.Orders;

/// <summary>
/// Gives each <see cref="AccountNews"/> its moment in every second, spread over it. One loop for all of them: a timer for each of thousands that trade
/// is walked over whenever any other timer is due.
/// </summary>
public sealed class NewsBeat(TimeProvider clock) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>.</summary>
    private readonly List<AccountNews>[] steps = [.. Enumerable.Range(0, (int)(Interval / Step)).Select(_ => new List<AccountNews>())];
    private int dealt;

    /// <summary>Has it beat until what is given back is called.</summary>
    public Action Join(AccountNews news)
    {
        lock (guard)
        {
            var step = steps[dealt++ % steps.Length];
            step.Add(news);
            return () =>
            {
                lock (guard)
                {
                    step.Remove(news);
                }
            };
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Step, clock);
        var started = clock.GetTimestamp();
        for (long done = 0; await timer.WaitForNextTickAsync(stoppingToken);)
        {
            // Ticks that a busy machine has left out are made up for, but for whole rounds.
            var due = (long)(clock.GetElapsedTime(started) / Step);
            for (done = Math.Max(done, due - steps.Length); done < due; done++)
            {
                foreach (var news in At((int)(done % steps.Length)))
                {
                    news.Beat();
                }
            }
        }
    }

    private AccountNews[] At(int step)
    {
        lock (guard)
        {
            return [.. steps[step]];
        }
    }
}
