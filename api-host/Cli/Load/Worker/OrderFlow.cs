using System.Globalization;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>
/// Places orders at a planned rate around a still middle, so that about half of them meet a resting one. What the plan is behind is caught up, and those
/// orders' latency tells so.
/// </summary>
internal sealed class OrderFlow(WorkerPlan plan, OrderLine[] lines)
{
    private const decimal Middle = 100m;
    private const int MaxUnderWay = 20_000;
    private readonly Random _random = new(plan.First + 1);

    public async Task Run(WorkerWindow window, CancellationToken cancellation)
    {
        var pace = new Pace(window.StartMs, window.ToMs, plan.Rate, window.GrowsMs);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var underWay = MaxUnderWay;
        for (long placed = 0; placed < pace.Total && Array.Exists(lines, line => line.IsOpen);)
        {
            var due = pace.DueAt(Gauge.NowUs);
            if (underWay >= MaxUnderWay)
            {
                // What was answered since is counted again, now that it matters; a lost line answers nothing any more.
                underWay = lines.Where(line => line.IsOpen).Sum(line => line.UnderWay);
            }

            for (; placed < due && underWay < MaxUnderWay; placed++, underWay++)
            {
                var user = _random.Next(lines.Length);
                var line = lines[user];
                try
                {
                    if (!line.IsOpen || !line.TryPlace(pace.PlannedUs(placed), Next(user, $"{plan.First}-{window.StartMs}-{placed}")))
                    {
                        break;
                    }
                }
                catch (System.Net.Sockets.SocketException)
                {
                    break; // the line is lost, which the result tells
                }
            }

            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    public static string Order(Random random, string symbol, string id)
    {
        var price = Middle + ((random.Next(5) - 2) * 0.01m);
        var side = random.Next(2) == 0 ? "buy" : "sell";
        var timeInForce = random.Next(10) < 3 ? "ioc" : "gtc";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"symbol\":\"{symbol}\",\"side\":\"{side}\",\"type\":\"limit\",\"time_in_force\":\"{timeInForce}\",\"qty\":\"1\",\"limit_price\":\"{price}\",\"client_order_id\":\"{id}\"}}");
    }

    private string Next(int user, string id) => Order(_random, LoadUsers.Held(plan.Symbols, plan.First + user, _random.Next(LoadUsers.SymbolsEach)), id);
}
