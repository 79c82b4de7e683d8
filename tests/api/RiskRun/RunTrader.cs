using System.Globalization;

namespace Bourse.Tests.Api.RiskRun;

/// <summary>One account of the run: places, replaces and cancels orders of every type at random; what had no answer is sent again under the same client order id.</summary>
internal sealed class RunTrader(ApiUser user, string name, int seed, Func<string, decimal?> priceOf)
{
    /// <summary>All of them stocks, so that one margin rate counts.</summary>
    public static readonly string[] Symbols = ["AAPL", "F", "MSFT", "KO"];

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly string[] s_types = ["market", "limit", "limit", "limit", "limit", "stop", "stop_limit", "trailing_stop"];
    private readonly Random _random = new(seed);
    private readonly List<string> _placed = [];
    private int _orders;

    public ApiUser User => user;

    /// <summary>The refusals that it met, by their code.</summary>
    public Dictionary<string, int> Outcomes { get; } = [];

    /// <param name="take">False when the run has had its orders.</param>
    public async Task Trade(Func<bool> take)
    {
        while (take())
        {
            var dice = _random.Next(100);
            if (_placed.Count > 0 && dice < 8)
            {
                var (id, qty) = (_placed[_random.Next(_placed.Count)], _random.Next(1, 60));
                await Send(() => user.Patch($"/api/v1/orders/{id}", new { qty }));
            }
            else if (_placed.Count > 0 && dice < 20)
            {
                var at = _random.Next(_placed.Count);
                var id = _placed[at];
                _placed.RemoveAt(at);
                await Send(() => user.Delete($"/api/v1/orders/{id}"));
            }
            else if (dice == 20)
            {
                await Send(() => user.Delete("/api/v1/orders"));
                _placed.Clear();
            }

            var order = NextOrder();
            var answer = await Send(() => user.Post("/api/v1/orders", order));
            var outcome = answer.Status is 200 or 201 ? "taken" : answer.Code ?? "none";
            Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
            if (outcome == "taken" && answer.Body.GetProperty("status").GetString() is "new" or "held" or "partially_filled")
            {
                _placed.Add(answer.Body.GetProperty("id").GetString()!);
                _placed.AddRange(Crash.OrderRecord.Legs(answer.Body).Select(leg => leg.GetProperty("id").GetString()!));
            }
        }
    }

    private Dictionary<string, object?> NextOrder()
    {
        var symbol = Symbols[_random.Next(Symbols.Length)];
        var price = priceOf(symbol) ?? 100m;
        var type = s_types[_random.Next(s_types.Length)];
        var buy = _random.Next(100) < 55;
        var limited = type is "limit" or "stop_limit";
        var order = new Dictionary<string, object?>
        {
            ["symbol"] = symbol,
            ["side"] = buy ? "buy" : "sell",
            ["type"] = type,
            ["qty"] = Text(_random.Next(10) == 0 ? _random.Next(1, 200) : _random.Next(1, 40)),
            ["client_order_id"] = $"{seed}-{++_orders}",
        };
        var near = decimal.Round(price * (1 + (_random.Next(-20, 21) / 10_000m)), 2);
        order["limit_price"] = limited ? Text(near) : null;
        order["stop_price"] = type is "stop" or "stop_limit" ? Text(decimal.Round(price * (buy ? 1.003m : 0.997m), 2)) : null;
        order["trail_percent"] = type == "trailing_stop" ? "0.5" : null;
        var tif = type == "market" ? "ioc" : _random.Next(10) switch { 0 => "day", 1 => "gtd", 2 when type == "limit" => "ioc", 3 when type == "limit" => "fok", _ => "gtc" };
        order["time_in_force"] = tif;
        order["expire_at"] = tif == "gtd" ? TimeProvider.System.GetUtcNow().AddSeconds(_random.Next(5, 60)) : null;
        if (type == "limit" && tif is "gtc" or "day" && _random.Next(6) == 0)
        {
            order[_random.Next(2) == 0 ? "post_only" : "reduce_only"] = true;
        }
        else if (type == "limit" && tif == "gtc" && _random.Next(6) == 0)
        {
            order["display_qty"] = "1";
        }
        else if (type is "market" or "limit" && _random.Next(4) == 0)
        {
            MakeGroup(order, type == "limit" ? near : price, buy);
        }

        return order;
    }

    private void MakeGroup(Dictionary<string, object?> order, decimal price, bool buy)
    {
        var kind = order["limit_price"] is null ? _random.Next(2) : _random.Next(3);
        order["order_class"] = kind switch { 0 => "bracket", 1 => "oto", _ => "oco" };
        order["time_in_force"] = _random.Next(4) == 0 ? "day" : "gtc";
        order["expire_at"] = null;
        // An OCO order is the take-profit itself.
        var up = buy == (kind != 2);
        var (profit, loss) = (price * (up ? 1.002m : 0.998m), price * (up ? 0.998m : 1.002m));
        order["take_profit"] = kind == 0 || (kind == 1 && _random.Next(2) == 0) ? new { limit_price = Text(decimal.Round(profit, 2)) } : null;
        order["stop_loss"] = kind == 1 && order["take_profit"] is not null ? null : new { stop_price = Text(decimal.Round(loss, 2)) };
    }

    // The server goes away again and again: the same request until there is an answer.
    private async Task<ApiAnswer> Send(Func<Task<ApiAnswer>> ask)
    {
        while (true)
        {
            try
            {
                var answer = await ask();
                if (answer.Status == 401)
                {
                    await user.SignIn(name); // a token lasts half an hour
                }
                else if (answer.Status is not (503 or 429 or 500))
                {
                    return answer;
                }
            }
            catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException or ShouldAssertException)
            {
                // asked again
            }

            await Task.Delay(s_pause);
        }
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
