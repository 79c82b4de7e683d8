using System.Buffers;
using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class SnapshotTests
{
    private readonly OrderBook _book = new();

    public SnapshotTests()
    {
        _book.Submit(Limit(1, Side.Buy, 100, 5, account: 3));
        _book.Submit(Limit(2, Side.Buy, 100, 5) with { PostOnly = true, Stp = SelfTradePrevention.CancelBoth });
        _book.Submit(Limit(3, Side.Sell, 100, 2));
        _book.Submit(Stop(4, Side.Buy, 120, 7, limit: 125) with { Tif = TimeInForce.Day });
        _book.Submit(Stop(5, Side.Sell, 90, 7));
    }

    [Fact]
    public void A_loaded_book_stands_as_the_saved_one()
    {
        var loaded = OrderBook.Load(Saved());
        loaded.ValidateInternalState();
        foreach (var side in new[] { Side.Buy, Side.Sell })
        {
            loaded.RestingOrders(side).ShouldBe(_book.RestingOrders(side));
            loaded.HeldOrders(side).ShouldBe(_book.HeldOrders(side));
        }

        (loaded.LastTradePriceTicks, loaded.TradeCount).ShouldBe((100, 1));
    }

    [Fact]
    public void Every_shorter_longer_or_other_version_of_the_bytes_is_refused()
    {
        var bytes = Saved();
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            Should.Throw<InvalidDataException>(() => OrderBook.Load(cut));
        }

        Should.Throw<InvalidDataException>(() => OrderBook.Load([.. bytes, 0]));
        Should.Throw<InvalidDataException>(() => OrderBook.Load([2, .. bytes[1..]]));
        Should.Throw<InvalidDataException>(() => OrderBook.Load(bytes, new OrderBookOptions { MaxOrders = 3 }));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_make_a_book_that_holds_together()
    {
        var bytes = Saved();
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var damage in new byte[] { 0x01, 0x80, 0xFF })
            {
                var damaged = (byte[])bytes.Clone();
                damaged[at] ^= damage;
                try
                {
                    OrderBook.Load(damaged).ValidateInternalState();
                }
                catch (InvalidDataException)
                {
                    continue;
                }
            }
        }
    }

    private byte[] Saved()
    {
        var bytes = new ArrayBufferWriter<byte>();
        _book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
