using System.Collections.Concurrent;
using Bourse.Tests.Cluster.Engine.Grains;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Orleans' memory streams wait for a slow subscriber.</summary>
public sealed partial class StreamTests
{
    /// <summary>The engine's bound of one subscriber's queue.</summary>
    private const int QueueLimit = 16_384;

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
}
