using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Activations;

/// <summary>Stages: up in order, down in the opposite order; within a stage all at once.</summary>
internal class LifecycleStages : ILifecycleObservable
{
    private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];
    private int _reached = int.MinValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var entry = (stage, observer);
        lock (_observers)
        {
            _observers.Add(entry);
        }

        return new Subscription(this, entry);
    }

    /// <summary>Starts the stages up to this one, this one included.</summary>
    public async Task OnStart(CancellationToken token, int last = int.MaxValue)
    {
        foreach (var stage in Stages().Where(s => s.Key <= last))
        {
            _reached = stage.Key;
            await Task.WhenAll(stage.Select(entry => entry.Observer.OnStart(token)));
        }
    }

    /// <summary>Stops the stages that were started; a failure of one does not keep the others from stopping.</summary>
    public async Task OnStop(CancellationToken token)
    {
        List<Exception>? failures = null;
        foreach (var stage in Stages().Where(s => s.Key <= _reached).Reverse())
        {
            foreach (var (_, observer) in stage)
            {
                try
                {
                    await observer.OnStop(token);
                }
                catch (Exception exception)
                {
                    (failures ??= []).Add(exception);
                }
            }
        }

        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }

    private List<IGrouping<int, (int Stage, ILifecycleObserver Observer)>> Stages()
    {
        lock (_observers)
        {
            return [.. _observers.GroupBy(entry => entry.Stage).OrderBy(group => group.Key)];
        }
    }

    private sealed class Subscription(LifecycleStages owner, (int Stage, ILifecycleObserver Observer) entry) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._observers)
            {
                owner._observers.Remove(entry);
            }
        }
    }
}

/// <summary>The stages of a grain.</summary>
internal sealed class GrainLifecycle : LifecycleStages, IGrainLifecycle;

/// <summary>The stages of a silo.</summary>
internal sealed class SiloLifecycle : LifecycleStages, ISiloLifecycle;
