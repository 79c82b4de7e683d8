using System.Buffers;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

/// <summary>
/// Random streams of every kind of command against the reference book and against what must always hold. A failure prints its seed and the shortest list of
/// commands found that still fails.
/// </summary>
public sealed class BookPropertyTests
{
    private const int StreamsAStep = 50;
    private const int CommandsAStream = 300;

    /// <summary>Neighbouring levels; one level a page; levels far apart; prices up to the largest allowed.</summary>
    public static TheoryData<long> PriceSteps => [1, 64, 9_973, OrderBook.MaxPriceTicks / 115];

    [Theory]
    [MemberData(nameof(PriceSteps))]
    public void A_random_stream_gives_the_events_and_the_depth_of_the_reference_book(long priceStep) => ForEachStream(priceStep, commands =>
    {
        var book = new OrderBook(new OrderBookOptions { InitialOrders = 1, TrackDepthChanges = true });
        var reference = new ReferenceBook();
        var depth = new Dictionary<(Side, long), PriceLevel>();
        var changes = new List<PriceLevel>();
        foreach (var command in commands)
        {
            var events = Seen(command.Run(book));
            events.ShouldBe(command.Run(reference));
            book.ValidateInternalState();
            ShouldStandAlike(book, reference, Side.Buy);
            ShouldStandAlike(book, reference, Side.Sell);

            book.TakeDepthChanges(changes).ShouldBeTrue();
            foreach (var level in changes) depth[(level.Side, level.PriceTicks)] = level;
            depth.Values.Where(level => level.QuantityLots > 0).OrderBy(level => level.Side).ThenBy(level => level.PriceTicks)
                .ShouldBe([.. Depth(book, Side.Buy).Reverse(), .. Depth(book, Side.Sell)]);
        }
    });

    [Theory]
    [MemberData(nameof(PriceSteps))]
    public void Quantities_are_conserved(long priceStep) => ForEachStream(priceStep, commands =>
    {
        var book = new OrderBook();
        var open = new Dictionary<long, long>();
        long lots = 0;
        long trades = 0;
        foreach (var command in commands)
        {
            foreach (var e in command.Run(book))
            {
                switch (e.Kind)
                {
                    case BookEventKind.Trade:
                        trades++;
                        e.QuantityLots.ShouldBePositive();
                        open[e.MakerId] -= e.QuantityLots;
                        open[e.MakerId].ShouldBe(e.MakerLeavesLots);
                        if (open.TryGetValue(e.OrderId, out var taker)) (open[e.OrderId] = taker - e.QuantityLots).ShouldBe(e.LeavesLots);
                        if (e.MakerLeavesLots == 0) open.Remove(e.MakerId);
                        if (e.LeavesLots == 0) open.Remove(e.OrderId);
                        break;
                    case BookEventKind.Canceled:
                        if (open.Remove(e.OrderId, out var left)) left.ShouldBe(e.QuantityLots);
                        break;
                    case BookEventKind.Decreased:
                        (open[e.OrderId] -= e.QuantityLots).ShouldBe(e.LeavesLots);
                        break;
                    case not BookEventKind.Rejected:
                        open[e.OrderId] = e.LeavesLots;
                        break;
                }
            }

            lots = 0;
            foreach (var side in new[] { Side.Buy, Side.Sell }) lots += book.RestingOrders(side).Concat(book.HeldOrders(side)).Sum(order => order.LeavesLots);
            open.Values.Sum().ShouldBe(lots);
            book.TradeCount.ShouldBe(trades);
        }
    });

    [Theory]
    [MemberData(nameof(PriceSteps))]
    public void The_same_commands_give_the_same_bytes_and_a_loaded_book_goes_on_as_the_saved_one(long priceStep) => ForEachStream(priceStep, commands =>
    {
        var first = new OrderBook(new OrderBookOptions { InitialOrders = 1 });
        var second = new OrderBook(new OrderBookOptions { InitialOrders = 4096 });
        for (var i = 0; i < commands.Count; i++)
        {
            if (i % 37 == 36) second = OrderBook.Load(Saved(first));
            var expected = Seen(commands[i].Run(first));
            Seen(commands[i].Run(second)).ShouldBe(expected);
            second.ValidateInternalState();
            Saved(second).ShouldBe(Saved(first));
        }
    });

    [Fact]
    public void The_streams_reach_every_kind_of_event_every_refusal_and_every_reason()
    {
        var seen = new HashSet<object>();
        for (var seed = 1; seed <= StreamsAStep; seed++)
        {
            var book = new OrderBook(new OrderBookOptions { MaxOrders = 20 });
            foreach (var command in BookCommand.Stream(seed, CommandsAStream, priceStep: 1))
            {
                foreach (var e in command.Run(book)) seen.UnionWith([e.Kind, e.Reject, e.Reason]);
            }
        }

        object[] all = [.. Enum.GetValues<BookEventKind>(), .. Enum.GetValues<RejectCode>(), .. Enum.GetValues<CancelReason>()];
        seen.UnionWith([CancelReason.Twin, RejectCode.Auction]); // pairs and auctions have tests of their own
        all.Except(seen).ShouldBeEmpty();
    }

    [Fact]
    public void A_failing_stream_shrinks_to_what_it_needs_to_fail() =>
        Shrink([.. Enumerable.Range(1, 1000)], items => items.Contains(17) && items.Contains(400) && items.IndexOf(17) < items.IndexOf(400)).ShouldBe([17, 400]);

    /// <summary>Runs a check on many streams; shrinks the first that fails.</summary>
    private static void ForEachStream(long priceStep, Action<IReadOnlyList<BookCommand>> check)
    {
        for (var seed = 1; seed <= StreamsAStep; seed++)
        {
            var commands = BookCommand.Stream(seed, CommandsAStream, priceStep);
            if (Failure(check, commands) == null) continue;
            var shortest = Shrink(commands, fewer => Failure(check, fewer) != null);
            Assert.Fail($"seed {seed}, price step {priceStep}: {Failure(check, shortest)}\nafter\n{string.Join('\n', shortest)}");
        }
    }

    private static string? Failure(Action<IReadOnlyList<BookCommand>> check, IReadOnlyList<BookCommand> commands)
    {
        try
        {
            check(commands);
            return null;
        }
        catch (Exception failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Leaves out parts, halves first and at last single commands, as long as it still fails.</summary>
    internal static List<T> Shrink<T>(List<T> items, Predicate<List<T>> fails)
    {
        for (var length = items.Count / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= items.Count;)
            {
                List<T> fewer = [.. items[..at], .. items[(at + length)..]];
                if (fails(fewer)) items = fewer;
                else at += length;
            }
        }

        return items;
    }

    private static void ShouldStandAlike(OrderBook book, ReferenceBook reference, Side side) =>
        book.RestingOrders(side).Select(order => (order.Id, order.PriceTicks, order.LeavesLots, order.FilledLots))
            .ShouldBe(reference.Resting(side).Select(order => (order.Order.Id, order.Price, order.Leaves, order.Filled)));

    private static PriceLevel[] Depth(OrderBook book, Side side)
    {
        var levels = new PriceLevel[200];
        return levels[..book.CopyDepth(side, levels)];
    }

    private static List<SeenEvent> Seen(ReadOnlySpan<BookEvent> events)
    {
        var seen = new List<SeenEvent>(events.Length);
        foreach (ref readonly var e in events) seen.Add(SeenEvent.Of(e));
        return seen;
    }

    private static byte[] Saved(OrderBook book)
    {
        var bytes = new ArrayBufferWriter<byte>();
        book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
