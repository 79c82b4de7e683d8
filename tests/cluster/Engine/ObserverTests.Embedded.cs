using System.Collections.Concurrent;
using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Under Orleans one-way calls may overtake each other, and a call to a deleted observer waits until it times out.</summary>
public sealed class ObserverTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    [Fact]
    public async Task An_observer_is_called_back_in_order_one_call_at_a_time()
    {
        var observer = new Numbers();
        var reference = cluster.Grains.CreateObjectReference<INumberObserver>(observer);

        await Grain.TellMany(reference, 1_000);
        (await Grain.AskOnce(reference, 41)).ShouldBe(42);

        observer.Told.ShouldBe(Enumerable.Range(0, 1_000));
    }

    [Fact]
    public async Task A_deleted_observer_is_gone_for_its_callers()
    {
        var observer = new Numbers();
        var reference = cluster.Grains.CreateObjectReference<INumberObserver>(observer);
        await Grain.AskOnce(reference, 1);

        cluster.Grains.DeleteObjectReference<INumberObserver>(reference);

        await Gates.Until(
            async () =>
            {
                try
                {
                    await Grain.AskOnce(reference, 2);
                    return false;
                }
                catch (ClientNotAvailableException)
                {
                    return true;
                }
            },
            "calls to it fail");
    }

    [Fact]
    public void Only_an_object_of_ones_own_gets_a_reference()
    {
        var reference = cluster.Grains.CreateObjectReference<INumberObserver>(new Numbers());

        Should.Throw<ArgumentException>(() => cluster.Grains.CreateObjectReference<INumberObserver>(reference));
        Should.Throw<ArgumentException>(() => cluster.Grains.DeleteObjectReference<INumberObserver>(new Numbers()));
    }

    private IObservedGrain Grain => cluster.Grains.GetGrain<IObservedGrain>("observed");

    private sealed class Numbers : INumberObserver
    {
        private int _inside;

        public ConcurrentQueue<int> Told { get; } = new();

        public void Tell(int number) => Told.Enqueue(number);

        public async Task<int> Ask(int number)
        {
            Interlocked.Increment(ref _inside).ShouldBe(1);
            await Task.Yield();
            Interlocked.Decrement(ref _inside);
            return number + 1;
        }
    }
}
