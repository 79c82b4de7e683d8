using System.Collections.Concurrent;
using Bourse.GrainRuntime.Streams;
using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Orleans' memory streams wait for a slow subscriber, may give a new one what came before, and have no errors of the producer.</summary>
public sealed partial class StreamTests
{
    /// <summary>The engine's bound of one subscriber's queue.</summary>
    private const int QueueLimit = 16_384;

    [Fact]
    public async Task A_stream_that_nobody_listens_to_takes_no_memory_and_one_that_somebody_does_has_all_from_then_on()
    {
        var stream = Stream("unheard");
        await stream.OnNextAsync(new Tick(1));
        Channels().ShouldNotContain(stream.StreamId);

        var received = new ConcurrentQueue<int>();
        await Stream("unheard").SubscribeAsync((tick, _) =>
        {
            received.Enqueue(tick.Number);
            return Task.CompletedTask;
        });
        await stream.OnNextAsync(new Tick(2));
        await Gates.Until(() => !received.IsEmpty, "the event comes");
        received.ShouldBe([2]);
        Channels().ShouldContain(stream.StreamId);
    }

    [Fact]
    public async Task A_slow_subscriber_slows_only_itself_and_is_told_what_it_lost()
    {
        var slow = new ConcurrentQueue<string>();
        var fast = new ConcurrentQueue<int>();
        await Stream("slow").SubscribeAsync(
            async (tick, _) =>
            {
                if (tick.Number == 0)
                {
                    await Gates.Passed("slow");
                }

                slow.Enqueue(tick.Number.ToString());
            },
            error =>
            {
                slow.Enqueue(error.GetType().Name);
                return Task.CompletedTask;
            });
        await Stream("slow").SubscribeAsync((tick, _) =>
        {
            fast.Enqueue(tick.Number);
            return Task.CompletedTask;
        });
        const int count = QueueLimit + 1_000;
        for (var sent = 0; sent < count; sent += 1_000)
        {
            // The fast one keeps up; the producer never waits for the slow one.
            await Stream("slow").OnNextBatchAsync(Enumerable.Range(sent, Math.Min(1_000, count - sent)).Select(i => new Tick(i)));
            await Gates.Until(() => fast.Count == Math.Min(sent + 1_000, count), "the fast one has all");
        }

        fast.ShouldBe(Enumerable.Range(0, count));
        slow.ShouldBeEmpty();
        Gates.Open("slow");
        await Gates.Until(() => slow.Count >= QueueLimit, "the slow one gets what was kept");
        await Stream("slow").OnNextAsync(new Tick(count));
        await Gates.Until(() => slow.Last() == count.ToString(), "the slow one goes on");

        var texts = slow.ToList();
        texts.Count(text => text == nameof(QueueCacheMissException)).ShouldBe(1);
        texts.IndexOf(nameof(QueueCacheMissException)).ShouldBe(texts.Count - 2);
        texts.Take(texts.Count - 2).ShouldBe(Enumerable.Range(0, texts.Count - 2).Select(i => i.ToString()));
    }

    [Fact]
    public async Task An_event_that_the_observer_fails_on_is_told_to_it_and_the_next_ones_come()
    {
        var consumer = Grain("failing");
        await consumer.Subscribe("failing");

        await Stream("failing").OnNextBatchAsync([new Tick(1), new Tick(-1), new Tick(2)]);
        await Stream("failing").OnErrorAsync(new InvalidOperationException("the producer's"));
        await Stream("failing").OnCompletedAsync();

        await Gates.Until(async () => await consumer.Completions() == 1, "the end comes");
        (await consumer.Received()).ShouldBe([1, 2]);
        (await consumer.Errors()).ShouldBe(2);
    }

    [Fact]
    public async Task A_new_subscriber_hears_nothing_from_before()
    {
        await Grain("producer").Publish("later", 0, 10);
        var first = new TaskCompletionSource<int>();
        await Stream("later").SubscribeAsync((tick, _) =>
        {
            first.TrySetResult(tick.Number);
            return Task.CompletedTask;
        });

        await Stream("later").OnNextAsync(new Tick(5_000));

        (await first.Task.WaitAsync(Gates.Deadline)).ShouldBe(5_000);
    }

    private IEnumerable<StreamId> Channels() => ((MemoryStreamProvider)Client.GetStreamProvider("memory")).Hub.Channels.Select(channel => channel.Id);
}
