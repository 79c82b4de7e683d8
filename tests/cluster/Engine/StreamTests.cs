using System.Collections.Concurrent;
using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.Engine;

public sealed partial class StreamTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    [Theory]
    [InlineData("one-by-one", false)]
    [InlineData("in-batches", true)]
    public async Task A_grain_receives_all_events_in_order(string key, bool inBatches)
    {
        var consumer = Grain(key);
        await consumer.Subscribe(key, inBatches);

        await Grain($"producer of {key}").Publish(key, 0, 1_000);

        await Gates.Until(async () => (await consumer.Received()).Count == 1_000, "all events come");
        (await consumer.Received()).ShouldBe(Enumerable.Range(0, 1_000));
    }

    [Fact]
    public async Task A_client_receives_events_one_at_a_time_and_in_order()
    {
        var received = new ConcurrentQueue<int>();
        var (inside, most, withoutToken) = (0, 0, 0);
        var handle = await Stream("client").SubscribeAsync(async (tick, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            received.Enqueue(tick.Number);
            withoutToken += token is null ? 1 : 0;
            Interlocked.Decrement(ref inside);
        });

        await Grain("producer").Publish("client", 0, 1_000);
        await Gates.Until(() => received.Count >= 1_000, "all events come");
        received.ShouldBe(Enumerable.Range(0, 1_000));
        (most, withoutToken).ShouldBe((1, 0));

        (await Stream("client").GetAllSubscriptionHandles()).ShouldHaveSingleItem().ShouldBe(handle);
        await handle.UnsubscribeAsync();
        (await Stream("client").GetAllSubscriptionHandles()).ShouldBeEmpty();
        var others = new ConcurrentQueue<int>();
        await Stream("client").SubscribeAsync((tick, _) =>
        {
            others.Enqueue(tick.Number);
            return Task.CompletedTask;
        });
        await Stream("client").OnNextAsync(new Tick(5_000));
        await Gates.Until(() => others.Contains(5_000), "the other subscriber hears of it");
        received.Count.ShouldBe(1_000);
    }

    [Fact]
    public async Task Grains_receive_the_streams_of_their_namespace_and_key_without_subscribing()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Implicit($"listener-{i}").OnNextAsync(new Tick(i))));

        for (var i = 0; i < 20; i++)
        {
            var listener = cluster.Grains.GetGrain<IListenerGrain>($"listener-{i}");
            await Gates.Until(async () => (await listener.Received()).Count == 1, "the event comes");
            (await listener.Received()).ShouldBe([i]);
        }
    }

    [Fact]
    public async Task A_grain_may_be_told_of_its_implicit_subscription_and_its_key_may_be_a_number()
    {
        await Client.GetStreamProvider("memory").GetStream<Tick>(StreamId.Create("numbered", 1234)).OnNextAsync(new Tick(7));

        var listener = cluster.Grains.GetGrain<INumberedListenerGrain>(1234);
        await Gates.Until(async () => (await listener.Received()).Count == 1, "the event comes");
        (await listener.Received()).ShouldBe([7]);
    }

    [Fact]
    public async Task A_subscription_outlives_its_activation()
    {
        var consumer = Grain("outlives");
        await consumer.Subscribe("outlives");
        await cluster.Cluster.DeactivateAsync(consumer);

        await Stream("outlives").OnNextAsync(new Tick(1));

        await Gates.Until(async () => (await consumer.Received()).Count == 1, "the event wakes the grain");
        (await consumer.Subscriptions("outlives")).ShouldBe(1);
        await consumer.Unsubscribe("outlives");
        (await consumer.Subscriptions("outlives")).ShouldBe(0);
    }

    [Fact]
    public async Task Two_producers_are_seen_in_the_same_order_by_all()
    {
        var consumers = new[] { Grain("both-1"), Grain("both-2") };
        await Task.WhenAll(consumers.Select(consumer => consumer.Subscribe("both")));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Grain($"producer-{i}").Publish("both", i * 1_000, 500)));

        await Gates.Until(async () => (await Task.WhenAll(consumers.Select(c => c.Received()))).All(r => r.Count == 2_000), "all events come");
        (await consumers[0].Received()).ShouldBe(await consumers[1].Received());
    }

    [Fact]
    public void An_unknown_provider_is_refused() =>
        Should.Throw<KeyNotFoundException>(() => Client.GetStreamProvider("nobody")).Message.ShouldContain("nobody");

    private IClusterClient Client => cluster.Cluster.Client;

    private IStreamGrain Grain(string key) => cluster.Grains.GetGrain<IStreamGrain>(key);

    private IAsyncStream<Tick> Stream(string key) => Client.GetStreamProvider("memory").GetStream<Tick>(StreamId.Create("explicit", key));

    private IAsyncStream<Tick> Implicit(string key) => Client.GetStreamProvider("memory").GetStream<Tick>(StreamId.Create("ticks", key));
}
