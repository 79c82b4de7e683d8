namespace Orleans;

/// <summary>Something that starts and stops in stages.</summary>
public interface ILifecycleObservable
{
    /// <summary>Takes part in a stage, until the result is disposed.</summary>
    IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
}

/// <summary>Takes part in one stage.</summary>
public interface ILifecycleObserver
{
    /// <summary>Called on the way up. A failure ends the start.</summary>
    Task OnStart(CancellationToken cancellationToken = default);

    /// <summary>Called on the way down, in the opposite order.</summary>
    Task OnStop(CancellationToken cancellationToken = default);
}

/// <summary>A service that takes part in a lifecycle.</summary>
public interface ILifecycleParticipant<TLifecycleObservable>
    where TLifecycleObservable : ILifecycleObservable
{
    /// <summary>Called once, before the start.</summary>
    void Participate(TLifecycleObservable lifecycle);
}

/// <summary>Stages of a silo's life.</summary>
public static class ServiceLifecycleStage
{
    /// <summary>The first stage.</summary>
    public const int First = int.MinValue;

    /// <summary>The engine initialises.</summary>
    public const int RuntimeInitialize = 2_000;

    /// <summary>The engine's services start.</summary>
    public const int RuntimeServices = 4_000;

    /// <summary>Storage starts.</summary>
    public const int RuntimeStorageServices = 6_000;

    /// <summary>The engine's own grains start.</summary>
    public const int RuntimeGrainServices = 8_000;

    /// <summary>The application's services start.</summary>
    public const int ApplicationServices = 10_000;

    /// <summary>The silo joins its cluster.</summary>
    public const int BecomeActive = 19_999;

    /// <summary>The silo serves.</summary>
    public const int Active = 20_000;

    /// <summary>The last stage.</summary>
    public const int Last = int.MaxValue;
}

/// <summary>Shorter ways to subscribe.</summary>
public static class LifecycleExtensions
{
    /// <summary>Takes part in a stage with two functions.</summary>
    public static IDisposable Subscribe(
        this ILifecycleObservable observable,
        string observerName,
        int stage,
        Func<CancellationToken, Task> onStart,
        Func<CancellationToken, Task>? onStop) =>
        observable.Subscribe(observerName, stage, new Functions(onStart, onStop));

    /// <summary>Takes part in the start with a function.</summary>
    public static IDisposable Subscribe(
        this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart) =>
        observable.Subscribe(observerName, stage, new Functions(onStart, null));

    private sealed class Functions(Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop) : ILifecycleObserver
    {
        public Task OnStart(CancellationToken cancellationToken) => onStart(cancellationToken);

        public Task OnStop(CancellationToken cancellationToken) => onStop?.Invoke(cancellationToken) ?? Task.CompletedTask;
    }
}
