using System.Runtime.InteropServices;

namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// Flushes outboxes, each at its own rate. Connections are dealt out over the phases of their interval, so that a thousand of them are not
/// flushed in one burst; one wheel a processor, on a thread of its own, so that what the pool has to do, orders and the feed among it, does not wait behind quotes that go out.
/// </summary>
public sealed partial class FlushWheel(TimeProvider clock) : BackgroundService
{
    private const int TickMs = 10;
    private const int Slots = (QuoteInterval.MaxMs / TickMs) + 1;

    /// <summary>Within so many turns a subscription is answered with the state, whatever its interval.</summary>
    private const int FirstTurns = 10;

    /// <summary>A third of the processor's time that others get, when all want it; of setpriority(2), which takes a thread of Linux for a process.</summary>
    private const int Niceness = 5;
    private const int OfProcessOrThread = 0;
    private const int CallingThread = 0;
    private readonly Lane[] lanes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Lane())];
    private int dealt;

    /// <summary>Flushes the outbox soon, and from then on at its rate until it is closed; to be called again when its rate may have grown.</summary>
    public void Schedule(QuoteOutbox outbox)
    {
        if (outbox.Phase < 0)
        {
            outbox.Phase = Interlocked.Increment(ref dealt) & int.MaxValue;
        }

        lanes[outbox.Phase % lanes.Length].Schedule(outbox, outbox.Phase / lanes.Length);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(lanes.Select(lane => Task.Factory.StartNew(
        () => Run(lane, stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private void Run(Lane lane, CancellationToken stopping)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = setpriority(OfProcessOrThread, CallingThread, Niceness); // where it may not, it goes on as it was
        }

        var started = clock.GetTimestamp();
        long done = 0;
        while (!stopping.WaitHandle.WaitOne(TickMs))
        {
            // After a pause of the process the missed turns are not made up for: quotes are states.
            var due = (long)(clock.GetElapsedTime(started).TotalMilliseconds / TickMs);
            for (done = Math.Max(done, due - Slots); done < due; done++)
            {
                lane.Turn();
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int niceness);

    private readonly record struct Entry(QuoteOutbox Outbox, int Turn, int Phase);

    private sealed class Lane
    {
        private readonly Lock guard = new();
        private readonly List<Entry>[] slots = [.. Enumerable.Range(0, Slots).Select(_ => new List<Entry>())];

        /// <summary>Used by the lane's one loop only; swapped with a slot's list at each turn.</summary>
        private List<Entry> due = [];

        /// <summary>Turns so far; written by the one loop under <see cref="guard"/>.</summary>
        private long turns;

        public void Schedule(QuoteOutbox outbox, int phase)
        {
            lock (guard)
            {
                Put(new Entry(outbox, outbox.NextTurn(), phase), 1 + (phase % FirstTurns));
            }
        }

        public void Turn()
        {
            lock (guard)
            {
                turns++;
                ref var slot = ref slots[turns % Slots];
                (slot, due) = (due, slot);
            }

            foreach (var entry in due)
            {
                if (!entry.Outbox.Closed && entry.Turn == entry.Outbox.Turn)
                {
                    entry.Outbox.Flush(turns * TickMs);
                }
            }

            lock (guard)
            {
                foreach (var entry in due)
                {
                    if (!entry.Outbox.Closed && entry.Turn == entry.Outbox.Turn)
                    {
                        var steps = Math.Clamp(entry.Outbox.IntervalMs / TickMs, 1, Slots - 1);
                        Put(entry, steps - (int)((turns + steps - (entry.Phase % steps)) % steps));
                    }
                }
            }

            due.Clear();
        }

        private void Put(Entry entry, int inTurns) => slots[(turns + inTurns) % Slots].Add(entry);
    }
}
