using System.Collections.Concurrent;
using Bourse.Tests.Cluster.Engine.Grains;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Three silos and a client over sockets, for the tests of one class.</summary>
public sealed class ThreeSilos : IAsyncLifetime
{
    internal RemoteCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await RemoteCluster.Start(3);

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

public sealed class RemoteCallTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    private const int Many = 200;

    private IClusterClient Grains => silos.Cluster.Grains;

    [Fact]
    public async Task Grains_are_spread_over_the_silos_and_each_lives_once()
    {
        var places = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => Grains.GetGrain<ISoloGrain>(i).Where()));
        var again = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => Grains.GetGrain<ISoloGrain>(i).Where()));

        places.GroupBy(place => place).Count().ShouldBe(3);
        places.GroupBy(place => place).ShouldAllBe(group => group.Count() > Many / 6);
        again.ShouldBe(places);
    }

    [Fact]
    public async Task Messages_results_and_failures_travel()
    {
        foreach (var key in Enumerable.Range(0, 20).Select(i => $"travel-{i}"))
        {
            var grain = Grains.GetGrain<ICallGrain>(key);
            (await grain.Echo(new Parcel("ä text", long.MinValue))).ShouldBe(new Parcel("ä text", long.MinValue));
            (await grain.Echo(null!)).ShouldBeNull();
            (await grain.Add(1, -3)).ShouldBe(-2);
            await grain.Touch();
            (await Should.ThrowAsync<InvalidOperationException>(grain.Fail("a reason"))).Message.ShouldBe("a reason");
        }
    }

    [Fact]
    public async Task Request_context_travels_down_the_chain()
    {
        RequestContext.Set("who", "me");

        foreach (var i in Enumerable.Range(0, 20))
        {
            (await Grains.GetGrain<ICallGrain>($"context-{i}").SeenBehind("who", $"behind-{i}")).ShouldBe("me");
        }

        RequestContext.Clear();
    }

    [Fact]
    public async Task Cancellation_travels()
    {
        foreach (var i in Enumerable.Range(0, 6))
        {
            using var cancel = new CancellationTokenSource();
            var call = Grains.GetGrain<ICallGrain>($"cancel-{i}").Wait($"remote-cancel-{i}", cancel.Token);
            await Gates.Until(() => Gates.CountOf($"remote-cancel-{i}") == 1, "the call begins");

            await cancel.CancelAsync();

            await Should.ThrowAsync<OperationCanceledException>(call);
            // The grain takes the next request: the one before has ended.
            await Grains.GetGrain<ICallGrain>($"cancel-{i}").Touch();
        }
    }

    [Fact]
    public async Task A_call_that_comes_back_to_a_waiting_grain_over_other_silos_is_refused_as_a_deadlock()
    {
        foreach (var i in Enumerable.Range(0, 9))
        {
            var failure = await Should.ThrowAsync<Orleans.Runtime.OrleansException>(Grains.GetGrain<ISoloGrain>(1_000 + i).CallBack(2_000 + i));

            failure.Message.ShouldContain("Deadlock");
        }
    }

    [Fact]
    public async Task Observers_are_called_back_wherever_the_grain_lives()
    {
        var observer = new Numbers();
        var reference = Grains.CreateObjectReference<INumberObserver>(observer);
        foreach (var i in Enumerable.Range(0, 9))
        {
            var grain = Grains.GetGrain<IObservedGrain>($"observed-{i}");
            (await grain.AskOnce(reference, i)).ShouldBe(i + 1);
            await grain.TellMany(reference, 10);
        }

        await Gates.Until(() => observer.Told.Count == 90, "all are told");
        Grains.DeleteObjectReference<INumberObserver>(reference);
        await Should.ThrowAsync<Orleans.Runtime.ClientNotAvailableException>(Grains.GetGrain<IObservedGrain>("observed-0").AskOnce(reference, 1));
    }

    [Fact]
    public async Task A_client_receives_a_stream_that_a_grain_elsewhere_publishes_in_order()
    {
        var received = new ConcurrentQueue<int>();
        var handle = await Stream("explicit", "remote").SubscribeAsync((tick, _) =>
        {
            received.Enqueue(tick.Number);
            return Task.CompletedTask;
        });

        await Grains.GetGrain<IStreamGrain>("remote-producer").Publish("remote", 0, 1_000);

        await Gates.Until(() => received.Count == 1_000, "all events come");
        received.ShouldBe(Enumerable.Range(0, 1_000));
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task A_grain_receives_what_a_client_publishes()
    {
        var consumer = Grains.GetGrain<IStreamGrain>("remote-consumer");
        await consumer.Subscribe("from-client");

        await Stream("explicit", "from-client").OnNextBatchAsync(Enumerable.Range(0, 100).Select(i => new Tick(i)));

        await Gates.Until(async () => (await consumer.Received()).Count == 100, "all events come");
        (await consumer.Received()).ShouldBe(Enumerable.Range(0, 100));
    }

    [Fact]
    public async Task Implicit_subscribers_come_to_life_wherever_they_belong()
    {
        foreach (var i in Enumerable.Range(0, 20))
        {
            await Stream("ticks", $"listener-{i}").OnNextAsync(new Tick(i));
        }

        foreach (var i in Enumerable.Range(0, 20))
        {
            var listener = Grains.GetGrain<IListenerGrain>($"listener-{i}");
            await Gates.Until(async () => (await listener.Received()).Count > 0, "the event comes");
            (await listener.Received()).ShouldBe([i]);
        }
    }

    private IAsyncStream<Tick> Stream(string space, string key) => Grains.GetStreamProvider("memory").GetStream<Tick>(StreamId.Create(space, key));

    private sealed class Numbers : INumberObserver
    {
        public ConcurrentQueue<int> Told { get; } = new();

        public void Tell(int number) => Told.Enqueue(number);

        public Task<int> Ask(int number) => Task.FromResult(number + 1);
    }
}
