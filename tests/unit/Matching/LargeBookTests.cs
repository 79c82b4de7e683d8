using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

/// <summary>Thousands of orders: growth of every pool, ids of any size, levels packed and far apart.</summary>
public sealed class LargeBookTests
{
    [Theory]
    [InlineData(1, 3_000)]
    [InlineData(2, 300_000)]
    [InlineData(3, 400_000_000_000)]
    public void A_large_book_holds_together_while_it_grows_and_empties(int seed, long spread)
    {
        var random = new Random(seed);
        var book = new OrderBook(new OrderBookOptions { InitialOrders = 1 });
        var ids = new List<long>();
        for (var i = 0; i < 30_000; i++)
        {
            var grows = ids.Count < 10 || (i < 15_000 ? random.Next(4) != 0 : random.Next(4) == 0);
            if (grows)
            {
                var side = (Side)random.Next(1, 3);
                var away = random.NextInt64(spread) + 1;
                ids.Add(random.NextInt64(1, long.MaxValue));
                book.Submit(Limit(ids[^1], side, spread + 1 + (side == Side.Buy ? -away : away), random.Next(1, 100)));
            }
            else
            {
                var at = random.Next(ids.Count);
                if (random.Next(3) == 0) book.Replace(ids[at], random.NextInt64(spread) + 1, 0);
                else
                {
                    book.Cancel(ids[at]);
                    ids[at] = ids[^1];
                    ids.RemoveAt(ids.Count - 1);
                }
            }

            if (i % 1_000 == 0) book.ValidateInternalState();
        }

        foreach (var id in ids) book.Cancel(id);
        book.ValidateInternalState();
        (book.BidCount + book.AskCount).ShouldBe(0);
    }

    [Fact]
    public void Commands_allocate_nothing_once_the_pools_have_grown()
    {
        var book = new OrderBook();
        Run(book, rounds: 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(book, rounds: 20);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static void Run(OrderBook book, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 1; i <= 1_000; i++) book.Submit(Limit(i, Side.Buy, 10_000 + (i * 37 % 5_000), 10));
            for (var i = 1; i <= 1_000; i++) book.Replace(i, 10_000 + (i * 91 % 5_000), 12);
            for (var i = 1; i <= 500; i++) book.Decrease(i, 1);
            book.Submit(Stop(2_000, Side.Sell, 14_999, 5));
            book.Submit(Limit(2_001, Side.Sell, 12_000, 3_000, TimeInForce.Ioc));
            for (var i = 1; i <= 1_000; i++) book.Cancel(i);
            book.Cancel(2_000);
        }
    }
}
