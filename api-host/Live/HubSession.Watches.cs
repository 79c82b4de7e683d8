using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Live;

/// <content>What the connection watches besides quotes and orders: depths, bars, alerts; each under a key, and ended with the connection.</content>
public sealed partial class HubSession
{
    /// <summary>While holding the session's semaphore.</summary>
    private readonly Dictionary<string, IAsyncDisposable> watches = new(StringComparer.Ordinal);

    /// <summary>Begins a watch in place of the one of the same key. Throws <see cref="ProblemException"/> when there are <paramref name="max"/> others already.</summary>
    public async Task BeginWatch(string key, int max, Func<Task<IAsyncDisposable>> begin)
    {
        await changing.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(ended, this);
            if (watches.Remove(key, out var before))
            {
                await before.DisposeAsync();
            }

            if (watches.Count >= max)
            {
                throw new ProblemException(Problem.Refused("too_many_symbols", $"A connection has at most {max} depths and bars.", "symbol"));
            }

            watches[key] = await begin();
        }
        finally
        {
            changing.Release();
        }
    }

    public async Task EndWatch(string key)
    {
        await changing.WaitAsync();
        try
        {
            if (watches.Remove(key, out var watch))
            {
                await watch.DisposeAsync();
            }
        }
        finally
        {
            changing.Release();
        }
    }

    private async Task EndWatches()
    {
        foreach (var watch in watches.Values)
        {
            await watch.DisposeAsync();
        }

        watches.Clear();
    }
}
