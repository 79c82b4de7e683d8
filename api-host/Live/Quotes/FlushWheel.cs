namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// Flushes outboxes, each at its own rate. Connections are dealt out over the slots of a wheel, so that a thousand of them are not
/// flushed in one burst; one wheel a processor.
/// </summary>
public sealed class FlushWheel(TimeProvider clock) : BackgroundService
{
    private const int TickMs = 10;
    private const int Slots = (QuoteInterval.MaxMs / TickMs) + 1;
    private readonly Lane[] lanes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Lane())];
    private int dealt;

    /// <summary>Flushes the outbox from now on until it is closed.</summary>
    public void Add(QuoteOutbox outbox)
    {
        var turn = (uint)Interlocked.Increment(ref dealt);
        var steps = Math.Max(1, outbox.IntervalMs / TickMs);
        lanes[turn % lanes.Length].Add(outbox, 1 + (int)(turn / lanes.Length % steps));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(lanes.Select(lane => Run(lane, stoppingToken)));

    private async Task Run(Lane lane, CancellationToken stopping)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TickMs), clock);
        var started = clock.GetTimestamp();
        long done = 0;
        while (await timer.WaitForNextTickAsync(stopping))
        {
            // After a pause of the process the missed turns are not made up for: quotes are states.
            var due = (long)(clock.GetElapsedTime(started).TotalMilliseconds / TickMs);
            for (done = Math.Max(done, due - Slots); done < due; done++)
            {
                lane.Turn();
            }
        }
    }

    private sealed class Lane
    {
        private readonly Lock guard = new();
        private readonly List<QuoteOutbox>[] slots = [.. Enumerable.Range(0, Slots).Select(_ => new List<QuoteOutbox>())];

        /// <summary>Used by the lane's one loop only; swapped with a slot's list at each turn.</summary>
        private List<QuoteOutbox> due = [];
        private int hand;

        public void Add(QuoteOutbox outbox, int inSteps)
        {
            lock (guard)
            {
                slots[(hand + inSteps) % Slots].Add(outbox);
            }
        }

        public void Turn()
        {
            lock (guard)
            {
                hand = (hand + 1) % Slots;
                (slots[hand], due) = (due, slots[hand]);
            }

            foreach (var outbox in due)
            {
                if (!outbox.Closed)
                {
                    outbox.Flush();
                    Add(outbox, Math.Clamp(outbox.IntervalMs / TickMs, 1, Slots - 1));
                }
            }

            due.Clear();
        }
    }
}
