using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Live;

/// <content>The depths that the connection watches.</content>
public sealed partial class HubSession
{
    /// <summary>By symbol; while holding the session's semaphore.</summary>
    private readonly Dictionary<string, IAsyncDisposable> depths = new(StringComparer.Ordinal);

    /// <summary>Begins to watch a symbol's depth, in place of the watch that there was.</summary>
    public async Task BeginDepth(string symbol, int max, Func<Task<IAsyncDisposable>> begin)
    {
        await changing.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(ended, this);
            if (depths.Remove(symbol, out var before))
            {
                await before.DisposeAsync();
            }

            if (depths.Count == max)
            {
                throw new ProblemException(Problem.Refused("too_many_symbols", $"A connection watches the depth of at most {max} symbols.", "symbol"));
            }

            depths[symbol] = await begin();
        }
        finally
        {
            changing.Release();
        }
    }

    public async Task EndDepth(string symbol)
    {
        await changing.WaitAsync();
        try
        {
            if (depths.Remove(symbol, out var watch))
            {
                await watch.DisposeAsync();
            }
        }
        finally
        {
            changing.Release();
        }
    }

    private async Task EndDepths()
    {
        foreach (var watch in depths.Values)
        {
            await watch.DisposeAsync();
        }

        depths.Clear();
    }
}
