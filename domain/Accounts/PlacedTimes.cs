namespace Bourse.Domain.Accounts;

/// <summary>When the orders of the last second were placed. Only an account whose order rate is limited has one.</summary>
internal sealed class PlacedTimes
{
    private const long WindowMs = 1_000;

    private readonly Queue<long> _times = new();

    /// <summary>In the order of time. What is older than the window is forgotten, which bounds it by the orders of a second.</summary>
    public void Add(long timeMs)
    {
        _times.Enqueue(timeMs);
        while (_times.Peek() <= timeMs - WindowMs)
        {
            _times.Dequeue();
        }
    }

    /// <summary>How many were placed in the second that ends now.</summary>
    public int CountAt(long nowMs)
    {
        var count = 0;
        foreach (var time in _times)
        {
            count += time > nowMs - WindowMs ? 1 : 0;
        }

        return count;
    }
}
