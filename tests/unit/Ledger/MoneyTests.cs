using Bourse.Domain.Ledger;

namespace Bourse.Tests.Unit.Ledger;

public sealed class MoneyTests
{
    [Fact]
    public void A_value_is_exact_up_to_ten_decimals_and_cut_off_there()
    {
        Money.Value(1.38727m, 1_000m).ShouldBe(1_387.27m);
        Money.Value(0.000001m, 0.0001m).ShouldBe(0.0000000001m);
        Money.Value(0.000001m, 0.00019m).ShouldBe(0.0000000001m);
    }

    [Fact]
    public void A_fee_is_cut_off_and_a_reservation_rounded_up()
    {
        Money.Fee(0.00000001m, 0.0019m).ShouldBe(0m);
        Money.Fee(100m, 0m).ShouldBe(0m);
        Money.Reserve(0.00000001m, 1m, 0.0019m).ShouldBe(0.0000000101m);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void The_parts_of_an_order_never_cost_more_than_was_reserved_for_the_whole(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var limit = random.Next(1, 1_000_000) / 100_000_000m;
            var rate = random.Next(0, 1_000) / 100_000m;
            var left = random.Next(1, 1_000_000) / 100_000m;
            var held = Money.Reserve(limit, left, rate);
            while (left > 0)
            {
                var part = Math.Min(left, random.Next(1, 300_000) / 100_000m);
                var value = Money.Value(limit, part);
                held -= value + Money.Fee(value, rate);
                left -= part;
                held.ShouldBeGreaterThanOrEqualTo(Money.Reserve(limit, left, rate), $"seed {seed}, round {round}");
            }
        }
    }
}
