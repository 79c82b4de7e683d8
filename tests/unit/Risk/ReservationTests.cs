using Bourse.Domain.Ledger;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Risk;

public sealed class ReservationTests
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void What_is_held_during_a_replace_pays_for_every_order_of_events(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            decimal leaves = random.Next(1, 100), newLeaves = random.Next(1, 100);
            decimal price = random.Next(1, 1_000_000_000) / 10_000_000m, newPrice = random.Next(1, 1_000_000_000) / 10_000_000m;
            const decimal rate = 0.002m;
            const decimal newRate = 0.003m;
            var held = Reservation.Cash(leaves, price, rate, newLeaves, newPrice, newRate);
            while (random.Next(3) > 0 && leaves > 0)
            {
                var part = random.Next(1, (int)leaves + 1);
                held -= Cost(part, price, rate);
                leaves -= part;
                newLeaves -= part;
                var needed = Reservation.Cash(leaves, price, rate, newLeaves, newPrice, newRate);
                held.ShouldBeGreaterThanOrEqualTo(needed, $"seed {seed}, round {round}");
                held = needed;
            }

            // Taken by the book, or refused.
            held.ShouldBeGreaterThanOrEqualTo(Reservation.Cash(Math.Max(0, newLeaves), newPrice, newRate), $"seed {seed}, round {round}");
            held.ShouldBeGreaterThanOrEqualTo(Reservation.Cash(leaves, price, rate), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Units_are_held_for_the_greater_quantity()
    {
        Reservation.Units(10, 4).ShouldBe(10m);
        Reservation.Units(10, 14).ShouldBe(14m);
    }

    private static decimal Cost(decimal quantity, decimal price, decimal rate)
    {
        var value = Money.Value(price, quantity);
        return value + Money.Fee(value, rate);
    }
}
