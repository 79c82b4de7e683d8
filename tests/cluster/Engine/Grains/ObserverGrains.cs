using Orleans;
using Orleans.Concurrency;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Told of numbers.</summary>
public interface INumberObserver : IGrainObserver
{
    [OneWay]
    void Tell(int number);

    Task<int> Ask(int number);
}

/// <summary>Calls observers back.</summary>
public interface IObservedGrain : IGrainWithStringKey
{
    Task TellMany(INumberObserver observer, int count);

    Task<int> AskOnce(INumberObserver observer, int number);
}

public sealed class ObservedGrain : Grain, IObservedGrain
{
    public Task TellMany(INumberObserver observer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            observer.Tell(i);
        }

        return Task.CompletedTask;
    }

    public Task<int> AskOnce(INumberObserver observer, int number) => observer.Ask(number);
}
