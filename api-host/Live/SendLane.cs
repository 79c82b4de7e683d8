namespace Bourse.ApiHost.Live;

/// <summary>
/// The thread that sends what the hub's connections have ready. It sends at once when it is at rest, and after each round rests for a millisecond: what becomes ready meanwhile
/// goes out together, a connection's in one frame, and nobody has to wake a thread for it. Sending does not block: where a connection takes nothing, the rest goes on elsewhere.
/// </summary>
public sealed class SendLane : IDisposable
{
    private const int RestMs = 1;
    private readonly AutoResetEvent wake = new(false);
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as the two that follow.</summary>
    private List<HubOutput> ready = [];
    private bool resting = true;
    private bool ended;

    public SendLane() => new Thread(Run) { IsBackground = true, Name = "hub sends" }.Start();

    /// <summary>Has the output send soon.</summary>
    public void Add(HubOutput output)
    {
        lock (guard)
        {
            ready.Add(output);
            if (!resting)
            {
                return;
            }

            resting = false;
        }

        wake.Set();
    }

    public void Dispose()
    {
        lock (guard)
        {
            ended = true;
        }

        wake.Set();
    }

    private void Run()
    {
        for (List<HubOutput> round = []; wake.WaitOne() && !HasEnded();)
        {
            while (Swap(ref round))
            {
                foreach (var output in round)
                {
                    output.SendReady();
                }

                round.Clear();
                Thread.Sleep(RestMs);
            }
        }
    }

    /// <summary>False, and the lane is at rest, when nothing is ready.</summary>
    private bool Swap(ref List<HubOutput> round)
    {
        lock (guard)
        {
            resting = ready.Count == 0;
            (round, ready) = (ready, round);
            return !resting;
        }
    }

    private bool HasEnded()
    {
        lock (guard)
        {
            return ended;
        }
    }
}
