using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Feeds;

/// <summary>
/// Publishes a state, at most once per interval and one at a time: what changes meanwhile goes with the next. Runs in the turns of its grain.
/// </summary>
/// <param name="publish">Publishes the newest state.</param>
/// <param name="wake">Asks for one call of <see cref="OnTimer"/> after a time.</param>
internal sealed partial class ConflatingPublisher(Func<Task> publish, Action<TimeSpan> wake, TimeSpan interval, TimeProvider time, ILogger logger)
{
    private long _publishedAt;
    private bool _changed;
    private bool _armed;
    private bool _failing;
    private Task _publish = Task.CompletedTask;

    /// <summary>Says that the state is another now.</summary>
    public void Changed()
    {
        _changed = true;
        if (_armed || !_publish.IsCompleted)
        {
            return;
        }

        var wait = _publishedAt == 0 ? TimeSpan.Zero : interval - time.GetElapsedTime(_publishedAt);
        if (wait <= TimeSpan.Zero)
        {
            _publish = Publish();
        }
        else
        {
            _armed = true;
            wake(wait);
        }
    }

    /// <summary>The time asked for has come.</summary>
    public Task OnTimer()
    {
        _armed = false;
        if (_changed)
        {
            Changed();
        }

        return Task.CompletedTask;
    }

    /// <summary>Publishes what is not published yet, whatever the interval.</summary>
    public async Task Finish()
    {
        await _publish;
        if (_changed)
        {
            await Publish();
        }
    }

    private async Task Publish()
    {
        _changed = false;
        _publishedAt = time.GetTimestamp();
        try
        {
            await publish();
            _failing = false;
        }
        catch (Exception exception)
        {
            // Whatever the stream's provider throws, a full queue for one: what is published is state, and the next change replaces it.
            _changed = true;
            FeedMeter.FailedPublishes.Add(1);
            if (!_failing)
            {
                _failing = true;
                LogPublishFailed(logger, exception);
            }
        }

        if (_changed && !_armed)
        {
            _armed = true;
            wake(interval);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A quote or bar could not be published; the newest follows as soon as the stream takes it.")]
    private static partial void LogPublishFailed(ILogger logger, Exception exception);
}
