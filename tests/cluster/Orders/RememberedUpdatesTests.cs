using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Grains.Accounts;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.Tests.Cluster.Orders;

public sealed class RememberedUpdatesTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);
    private readonly RememberedUpdates _updates = new();

    [Fact]
    public void Updates_come_back_as_they_were_told()
    {
        OrderUpdate[] told =
        [
            Update(1),
            Update(2) with { Event = "partial_fill", Fill = new FillView("S1-77", 100.10m, 3m, "maker", -0.015m) },
            Update(3) with
            {
                Event = "rejected",
                Order = Update(3).Order with
                {
                    ClientOrderId = "naïve-ü", Type = OrderType.StopLimit, Side = Side.Sell, LimitPrice = null, StopPrice = 0.00000001m, FilledAveragePrice = 99.995m, PostOnly = true,
                    ReduceOnly = true, SelfTradePrevention = SelfTradePrevention.CancelBoth, RejectCode = "max_position", Status = OrderStatus.Rejected,
                },
            },
            Update(4) with { Order = Update(4).Order with { Legs = [Update(3).Order] } },
        ];
        foreach (var update in told)
        {
            _updates.Add(update);
        }

        _updates.After(0, 100).ShouldBe(told);
        _updates.After(1, 2).ShouldBe(told[1..3]);
        _updates.After(4, 100).ShouldBeEmpty();
    }

    [Fact]
    public void The_oldest_give_way_and_longer_ones_fit_where_shorter_ones_were()
    {
        var told = Enumerable.Range(1, 3 * RememberedUpdates.Max)
            .Select(seq => Update(seq) with { Order = Update(seq).Order with { ClientOrderId = new string('c', 1 + ((seq * 7) % 120)) } }).ToArray();
        foreach (var update in told)
        {
            _updates.Add(update);
        }

        _updates.Newest.ShouldBe(told.Length);
        _updates.HasAllAfter(told.Length - RememberedUpdates.Max).ShouldBeTrue();
        _updates.HasAllAfter(told.Length - RememberedUpdates.Max - 1).ShouldBeFalse();
        _updates.After(0, int.MaxValue).ShouldBe(told[^RememberedUpdates.Max..]);
    }

    [Fact]
    public void What_is_before_a_gap_is_forgotten()
    {
        _updates.HasAllAfter(0).ShouldBeFalse();
        _updates.Add(Update(1));
        _updates.Add(Update(2));
        _updates.Add(Update(4));
        _updates.Add(Update(5));

        _updates.HasAllAfter(2).ShouldBeFalse();
        _updates.HasAllAfter(3).ShouldBeTrue();
        _updates.After(0, 100).Select(u => u.Seq).ShouldBe([4, 5]);

        _updates.Clear();
        _updates.HasAllAfter(5).ShouldBeFalse();
        _updates.Add(Update(6));
        _updates.After(0, 100).Select(u => u.Seq).ShouldBe([6]);
    }

    private static OrderUpdate Update(long seq) => new(
        seq, "new",
        new OrderView(
            new Guid((int)seq, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8]), $"c-{seq}", "S1", Side.Buy, OrderType.Limit, TimeInForce.Gtc, 10m, 2.50m, null, 100.01m, null, false, false,
            SelfTradePrevention.CancelOldest, OrderStatus.New, null, s_time, s_time.AddMilliseconds(seq), seq),
        null, s_time.AddMilliseconds(seq));
}
