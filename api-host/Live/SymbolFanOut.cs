namespace Bourse.ApiHost.Live;

/// <summary>What this front end watches under one key for all of its connections that want it.</summary>
public interface IWatchedChannel
{
    /// <summary>How many watchers there are; under the lock of the fan-out only.</summary>
    int Users { get; set; }

    /// <summary>Renews the lease and makes good what the stream has not brought.</summary>
    Task Tend();

    /// <summary>Ends the stream's subscription.</summary>
    Task Close();
}

/// <summary>One channel a key, as long as a connection watches it, tended every few seconds.</summary>
/// <param name="make">Makes the channel of a key.</param>
public abstract class SymbolFanOut<TKey, TChannel>(Func<TKey, TChannel> make, TimeProvider clock) : BackgroundService
    where TKey : notnull
    where TChannel : class, IWatchedChannel
{
    private const int AtOnce = 16;

    /// <summary>A third of the lease; also how long what a stream has dropped can stay unnoticed.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(5);
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as are the counts of users.</summary>
    private readonly Dictionary<TKey, TChannel> channels = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Parallel.ForEachAsync(
                All(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                async (channel, _) => await Try(channel.Key, channel.Value.Tend));
        }
    }

    /// <summary>Logs that nothing of a key comes for now; it is tended again in a moment.</summary>
    protected abstract void LogMissed(TKey key, string reason);

    /// <summary>Begins a watch that ends when it is disposed of.</summary>
    /// <param name="join">Adds the watcher.</param>
    /// <param name="leave">Takes it out, also one that did not come to be added.</param>
    protected async Task<IAsyncDisposable> Watch(TKey key, Func<TChannel, Task> join, Action<TChannel> leave)
    {
        TChannel? channel;
        lock (guard)
        {
            if (!channels.TryGetValue(key, out channel))
            {
                channels[key] = channel = make(key);
            }

            channel.Users++;
        }

        var watch = new Watched(this, key, channel, leave);
        try
        {
            await join(channel);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    private KeyValuePair<TKey, TChannel>[] All()
    {
        lock (guard)
        {
            return [.. channels];
        }
    }

    private async Task GiveBack(TKey key, TChannel channel)
    {
        lock (guard)
        {
            if (--channel.Users > 0)
            {
                return;
            }

            channels.Remove(key);
        }

        await Try(key, channel.Close);
    }

    private async Task Try(TKey key, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogMissed(key, e.GetType().Name); // tended again in a moment; a stream forgets a consumer that is gone
        }
    }

    private sealed class Watched(SymbolFanOut<TKey, TChannel> fanOut, TKey key, TChannel channel, Action<TChannel> leave) : IAsyncDisposable
    {
        private int gone;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref gone, 1) == 0)
            {
                leave(channel);
                await fanOut.GiveBack(key, channel);
            }
        }
    }
}
