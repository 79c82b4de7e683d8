using Bourse.Grains.Feeds;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Looks up what brings feeds back, for many at once: thousands of feeds that awake together ask one statement at a time, not a connection each. What waits is
/// bounded by the number of symbols. Safe for any thread.
/// </summary>
internal sealed class FeedLookup(CandleTable table)
{
    private const int AtOnce = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<FeedCut?>> _wanted = new(StringComparer.Ordinal);
    private bool _running;

    /// <summary>The mark of a feed and its open bars, or null when it never had one. Throws what PostgreSQL throws.</summary>
    public Task<FeedCut?> Find(string symbol, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_wanted.TryGetValue(symbol, out var answer))
            {
                _wanted[symbol] = answer = new TaskCompletionSource<FeedCut?>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (!_running)
            {
                _running = true;
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(Run);
                }
            }

            return answer.Task.WaitAsync(cancellation);
        }
    }

    private async Task Run()
    {
        while (Take() is { Length: > 0 } asked)
        {
            try
            {
                var found = await table.ReadNewest([.. asked.Select(a => a.Key)], CancellationToken.None);
                foreach (var (symbol, answer) in asked)
                {
                    answer.SetResult(found.GetValueOrDefault(symbol));
                }
            }
            catch (Exception failure)
            {
                // Whatever the driver throws goes to those who asked.
                foreach (var (_, answer) in asked)
                {
                    answer.TrySetException(failure);
                }
            }
        }
    }

    private KeyValuePair<string, TaskCompletionSource<FeedCut?>>[] Take()
    {
        lock (_gate)
        {
            KeyValuePair<string, TaskCompletionSource<FeedCut?>>[] asked = [.. _wanted.Take(AtOnce)];
            foreach (var (symbol, _) in asked)
            {
                _wanted.Remove(symbol);
            }

            _running = asked.Length > 0;
            if (!_running)
            {
                _wanted.TrimExcess();
            }

            return asked;
        }
    }
}
