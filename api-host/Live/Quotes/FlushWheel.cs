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
    private readonly long started = clock.GetTimestamp();
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

        while (!stopping.WaitHandle.WaitOne(TickMs))
        {
            lane.TurnTo((long)(clock.GetElapsedTime(started).TotalMilliseconds / TickMs));
        }
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int niceness);

    private readonly record struct Entry(QuoteOutbox Outbox, int Turn, int Phase);

    private sealed class Lane
    {
        private readonly Lock guard = new();
        private readonly List<Entry>[] slots = [.. Enumerable.Range(0, Slots).Select(_ => new List<Entry>())];

        /// <summary>Used by the lane's one loop only, as are those that come again and the room for what an outbox sends.</summary>
        private readonly List<Entry> due = [];
        private readonly List<(Entry Entry, int InTurns)> again = [];
        private readonly List<QuoteFragment> batch = [];

        /// <summary>Turns so far; written by the one loop under <see cref="guard"/>.</summary>
        private long turns;

        public void Schedule(QuoteOutbox outbox, int phase)
        {
            lock (guard)
            {
                Put(new Entry(outbox, outbox.NextTurn(), phase), 1 + (phase % FirstTurns));
            }
        }

        /// <summary>Flushes what has come due, each outbox once: turns that a pause or too much work has put off are not made up for, since quotes are states.</summary>
        public void TurnTo(long now)
        {
            lock (guard)
            {
                for (var turn = Math.Max(turns, now - Slots) + 1; turn <= now; turn++)
                {
                    var slot = slots[turn % Slots];
                    due.AddRange(slot);
                    slot.Clear();
                }

                turns = now;
            }

            foreach (var entry in due)
            {
                if (!entry.Outbox.Closed && entry.Turn == entry.Outbox.Turn)
                {
                    entry.Outbox.Flush(turns * TickMs, batch);
                    again.Add((entry, TurnsTo(entry))); // now that what it reads is near: after thousands of others it is in no cache
                }
            }

            lock (guard)
            {
                foreach (var (entry, inTurns) in again)
                {
                    Put(entry, inTurns);
                }
            }

            due.Clear();
            again.Clear();
        }

        private int TurnsTo(in Entry entry)
        {
            var steps = Math.Clamp(entry.Outbox.IntervalMs / TickMs, 1, Slots - 1);
            return steps - (int)((turns + steps - (entry.Phase % steps)) % steps);
        }

        private void Put(Entry entry, int inTurns) => slots[(turns + inTurns) % Slots].Add(entry);
    }
}
