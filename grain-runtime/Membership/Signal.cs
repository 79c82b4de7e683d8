namespace Bourse.GrainRuntime.Membership;

/// <summary>Wakes a loop before its time. Said several times before the loop looks, it counts once. Any thread.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _said = New();

    public void Say() => Volatile.Read(ref _said).TrySetResult();

    /// <summary>Comes back when it was said, when the time is over, or when it is cancelled; never throws.</summary>
    public async Task Wait(TimeSpan time, CancellationToken cancellation)
    {
        await _said.Task.WaitAsync(time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_said.Task.IsCompleted)
        {
            Volatile.Write(ref _said, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
