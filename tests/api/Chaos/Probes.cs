using System.Collections.Concurrent;
using System.Diagnostics;

namespace Bourse.Tests.Api.Chaos;

/// <summary>Users who ask for their portfolio all the time, to see for how long an account is not served.</summary>
internal sealed class Probes : IAsyncDisposable
{
    private const int Count = 12;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, long> _served = new();
    private readonly ConcurrentDictionary<int, TimeSpan> _longest = new();
    private readonly List<Task> _asking = [];

    public static async Task<Probes> Start(Func<Uri> front)
    {
        var probes = new Probes();
        for (var i = 0; i < Count; i++)
        {
            var user = await ChaosTests.Register(front, $"probe{i}");
            var index = i;
            probes._served[i] = Stopwatch.GetTimestamp();
            probes._asking.Add(Task.Run(() => probes.Ask(index, user)));
        }

        return probes;
    }

    /// <summary>Begins to measure anew.</summary>
    public void Reset() => _longest.Clear();

    /// <summary>For how long each account was not served at most, since <see cref="Reset"/>.</summary>
    public IEnumerable<TimeSpan> Longest => _longest.Values;

    /// <summary>Comes back when each account was served after this call; gives the longest time that one was not, since <see cref="Reset"/>.</summary>
    public async Task<TimeSpan> UntilServed()
    {
        var since = Stopwatch.GetTimestamp();
        while (_served.Values.Any(at => at < since))
        {
            Stopwatch.GetElapsedTime(since).ShouldBeLessThan(s_deadline, "an account is not served any more");
            await Task.Delay(s_pause);
        }

        return _longest.Values.DefaultIfEmpty().Max();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_asking);
    }

    private async Task Ask(int index, ApiUser user)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if ((await user.Get("/api/v1/portfolio")).Status == 200)
                {
                    var now = Stopwatch.GetTimestamp();
                    var gap = Stopwatch.GetElapsedTime(_served[index], now);
                    _served[index] = now;
                    _longest.AddOrUpdate(index, gap, (_, longest) => gap > longest ? gap : longest);
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // A front end is away; the next request goes to another.
            }

            await Task.Delay(s_pause);
        }
    }
}
