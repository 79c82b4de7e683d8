using Xunit.Abstractions;

namespace Bourse.Tests.Unit.Accounts;

/// <summary>Random runs of the trading floor. A failing run is cut down to the steps that still fail and printed with its seed.</summary>
public sealed class TradingPropertyTests(ITestOutputHelper output)
{
    private const int Runs = 100;
    private const int StepsOfARun = 400;

    // How often each kind of step comes up.
    private static readonly StepKind[] s_mix =
    [
        .. Enumerable.Repeat(StepKind.Place, 30), .. Enumerable.Repeat(StepKind.PlaceUnsent, 4), .. Enumerable.Repeat(StepKind.Replace, 8),
        .. Enumerable.Repeat(StepKind.Cancel, 6), .. Enumerable.Repeat(StepKind.Deliver, 24), .. Enumerable.Repeat(StepKind.DeliverAgain, 2),
        .. Enumerable.Repeat(StepKind.DeliverFrom, 2), StepKind.Deposit, StepKind.Withdraw, StepKind.EndSession, StepKind.Reload,
        .. Enumerable.Repeat(StepKind.Settle, 2), .. Enumerable.Repeat(StepKind.Expire, 4),
    ];

    [Fact]
    public void Money_and_units_are_conserved_whatever_comes_late_twice_or_not_at_all()
    {
        var seen = new Dictionary<string, int>();
        for (var seed = 1; seed <= Runs; seed++)
        {
            var steps = StepsOf(seed);
            if (Run(steps, seen) is { } failure)
            {
                var few = Shrink(steps);
                Assert.Fail($"Seed {seed}, cut to {few.Length} steps:\n{string.Join('\n', few)}\n{Run(few, []) ?? failure}");
            }
        }

        foreach (var (name, count) in seen.OrderBy(p => p.Key))
        {
            output.WriteLine($"{name}: {count}");
        }

        // A mix that no longer reaches these proves nothing.
        foreach (var name in new[]
        {
            "OrderFilled", "OrderCanceled", "OrderExpired", "OrderRejected", "OrderHeld", "OrderTriggered", "OrderReplaced", "ReplaceRejected", "OrderTrailed", "LegSized",
            "invalid_take_profit", "leg_not_active",
            "insufficient_funds", "insufficient_position", "reduce_only", "price_collar",
        })
        {
            seen.ShouldContainKey(name);
        }
    }

    private static Step[] StepsOf(int seed)
    {
        var random = new Random(seed);
        var steps = new Step[StepsOfARun];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = new Step(
                s_mix[random.Next(s_mix.Length)], random.Next(1_000), random.Next(1_000), random.Next(1 << 24), random.Next(1 << 24), random.Next(1 << 24));
        }

        return steps;
    }

    private static string? Run(Step[] steps, Dictionary<string, int> seen)
    {
        var floor = new TradingFloor();
        try
        {
            Array.ForEach(steps, floor.Do);
            floor.Finish();
        }
        catch (Exception failure)
        {
            return failure.ToString();
        }

        foreach (var (name, count) in floor.Seen)
        {
            seen[name] = seen.GetValueOrDefault(name) + count;
        }

        return null;
    }

    /// <summary>Leaves out runs of steps, ever shorter ones, as long as what is left still fails.</summary>
    private static Step[] Shrink(Step[] steps)
    {
        for (var length = steps.Length / 2; length > 0; length /= 2)
        {
            for (var from = 0; from + length <= steps.Length;)
            {
                Step[] without = [.. steps[..from], .. steps[(from + length)..]];
                if (Run(without, []) is not null)
                {
                    steps = without;
                }
                else
                {
                    from += length;
                }
            }
        }

        return steps;
    }
}
