using Orleans;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Has a timer.</summary>
public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimeSpan period, bool interleave, bool keepAlive, string? failFirst = null);

    /// <summary>Fires once, again only after <see cref="Change"/>.</summary>
    Task StartOnce();

    Task Change();

    Task Stop();

    Task Hold(string gate);

    Task<int> Fired();

    [Orleans.Concurrency.AlwaysInterleave]
    Task<int> PeekFired();
}

public sealed class TimerGrain : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _fired;
    private int _inside;

    public Task Start(TimeSpan period, bool interleave, bool keepAlive, string? failFirst)
    {
        var home = TaskScheduler.Current;
        _timer = this.RegisterGrainTimer(
            async (key, token) =>
            {
                Gates.Count($"ticks of {key}");
                (++_inside).ShouldBe(1, "a timer's callback does not overlap itself");
                await Task.Yield();
                TaskScheduler.Current.ShouldBe(home);
                _inside--;
                if (++_fired == 1 && failFirst is not null)
                {
                    throw new InvalidOperationException(failFirst);
                }
            },
            this.GetPrimaryKeyString(),
            new GrainTimerCreationOptions { DueTime = period, Period = period, Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task StartOnce()
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                _fired++;
                return Task.CompletedTask;
            },
            TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task Change()
    {
        _timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer?.Dispose(); // a fresh activation has none
        return Task.CompletedTask;
    }

    public Task Hold(string gate) => Gates.Passed(gate);

    public Task<int> Fired() => Task.FromResult(_fired);

    public Task<int> PeekFired() => Fired();
}
