namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>What the lines of one worker have seen. Counted only inside the window, times in µs since 1970.</summary>
internal sealed class Gauge
{
    private readonly Lock _gate = new();

    public long FromUs { get; set; } = long.MaxValue;

    public long ToUs { get; set; } = long.MaxValue;

    /// <summary>From the newest tick of a message to its arrival, or from an action's planned time to its answer.</summary>
    public Latencies Delivery { get; } = new();

    /// <summary>The age of each quote as it arrives, its interval included.</summary>
    public Latencies Age { get; } = new();

    /// <summary>How long requests took, where there are some beside the quotes.</summary>
    public Latencies Requests { get; } = new();

    /// <summary>How long actions took, by the second of the window for which they were planned.</summary>
    public List<Latencies> Seconds { get; } = [];

    public long Messages { get; private set; }

    public long Late { get; private set; }

    public Dictionary<string, long> Outcomes { get; } = [];

    public static long NowUs => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public bool Covers(long us) => us >= FromUs && us < ToUs;

    /// <summary>
    /// A message with quotes came. Times at which one was due and none had come since are counted as late as this one is; whether it comes in addition to others
    /// or in their place is known at the window's end only, see <see cref="DidNotCome"/>.
    /// </summary>
    public void Message(long deliveryUs, long gapUs, long intervalUs, ReadOnlySpan<long> agesUs)
    {
        lock (_gate)
        {
            Messages++;
            Delivery.Add(deliveryUs);
            for (var missed = gapUs - intervalUs; intervalUs > 0 && missed > intervalUs / 2; missed -= intervalUs)
            {
                Delivery.Add(deliveryUs + missed);
            }

            foreach (var age in agesUs)
            {
                Age.Add(age);
            }
        }
    }

    /// <summary>One connection's messages of the window that did not come at all.</summary>
    public void DidNotCome(long messages)
    {
        lock (_gate)
        {
            Late += messages;
        }
    }

    public void Answer(long plannedUs, long nowUs, string outcome, bool isRequest = false)
    {
        if (!Covers(plannedUs))
        {
            return;
        }

        lock (_gate)
        {
            (isRequest ? Requests : Delivery).Add(nowUs - plannedUs);
            var second = (int)((plannedUs - FromUs) / 1_000_000);
            while (Seconds.Count <= second)
            {
                Seconds.Add(new Latencies());
            }

            Seconds[second].Add(nowUs - plannedUs);
            Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
        }
    }
}
