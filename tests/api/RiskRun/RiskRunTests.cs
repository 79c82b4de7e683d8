using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Bourse.Domain.Accounts;
using Xunit.Abstractions;

namespace Bourse.Tests.Api.RiskRun;

/// <summary>
/// Fifty accounts with limits of every kind send orders of every type, while an operator halts, reduces, restricts and changes limits, and the process is killed
/// every few seconds. Then the journal is read: no limit was passed by any order. <c>BOURSE_RISK_ORDERS</c> sets how many orders (2,500), <c>BOURSE_RISK_SEED</c>
/// repeats the draw of a run before.
/// </summary>
public sealed class RiskRunTests(ITestOutputHelper output)
{
    private const int Accounts = 50;
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, decimal> _prices = new();
    private int _left;

    [Fact]
    public async Task No_limit_is_passed_by_any_order_whatever_is_changed_and_killed_meanwhile()
    {
        var (orders, seed) = (Setting("BOURSE_RISK_ORDERS", 2_500), Setting("BOURSE_RISK_SEED", Random.Shared.Next()));
        output.WriteLine($"{orders} orders, seed {seed} (BOURSE_RISK_SEED)");
        _left = orders;
        await using var product = await Product.Start();
        var staff = await MakeOperator(product);
        var traders = new List<RunTrader>();
        for (var i = 0; i < Accounts; i++)
        {
            var name = $"trader{i}";
            traders.Add(new RunTrader(await ApiUser.Register(new Uri(product.Address), name), name, seed + i, symbol => _prices.TryGetValue(symbol, out var price) ? price : null));
        }

        var desk = new RunDesk(staff, new Random(seed), traders.Select(t => t.User.UserId));
        await LookAtPrices(staff);
        await desk.SetAll();
        using var stop = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var changing = desk.Run(stop.Token);
        var looking = Task.Run(() => Look(staff, stop.Token));
        var trading = Task.WhenAll(traders.Select(t => Task.Run(() => t.Trade(() => Interlocked.Decrement(ref _left) >= 0))));
        var kills = await KillUntil(trading, orders, product, new Random(seed));
        await trading.WaitAsync(s_stuck);
        await stop.CancelAsync();
        await Task.WhenAll(changing, looking).WaitAsync(s_stuck);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F0} s, {kills} kills, {desk.Changes} changes of limits, switches and lists"));
        output.WriteLine(string.Join(", ", traders.SelectMany(t => t.Outcomes).GroupBy(o => o.Key, o => o.Value).OrderByDescending(g => g.Sum()).Select(g => $"{g.Key} {g.Sum()}")));
        await ApiFixture.Until(async () => (await staff.Get("/health/ready")).Status == 200);

        await ShouldHaveKeptTheLimits(product, desk);
        var (code, told, error) = await product.Command("verify");
        code.ShouldBe(0, told + error);
    }

    private async Task ShouldHaveKeptTheLimits(Product product, RunDesk desk)
    {
        var journal = await AccountJournal.Of(product);
        var events = new Dictionary<string, List<AccountEvent>>();
        var trades = new Dictionary<string, List<(long TimeMs, decimal Price)>>();
        foreach (var account in desk.Limits.Keys)
        {
            foreach (var fill in (events[account] = await journal.Read(account)).OfType<OrderFilled>())
            {
                (trades.TryGetValue(fill.Symbol, out var list) ? list : trades[fill.Symbol] = []).Add((fill.TimeMs, fill.Price));
            }
        }

        trades.Values.ToList().ForEach(list => list.Sort());
        var (count, violations) = (0, new List<string>());
        foreach (var (account, list) in events)
        {
            var (audit, groups) = (new JournalAudit(account, desk, trades), new Crash.GroupAudit());
            list.ForEach(audit.Take);
            list.ForEach(groups.Take);
            count += audit.Orders;
            violations.AddRange(audit.Violations.Concat(groups.Faults));
        }

        output.WriteLine($"{count} orders in the journal, {trades.Values.Sum(t => t.Count)} fills, {violations.Count} violations");
        violations.Take(20).ShouldBeEmpty();
        count.ShouldBeGreaterThan(0);
    }

    private async Task<int> KillUntil(Task trading, int orders, Product product, Random random)
    {
        var clock = Stopwatch.StartNew();
        for (var kills = 0; ; kills++)
        {
            clock.Elapsed.ShouldBeLessThan(s_stuck + TimeSpan.FromMilliseconds(50.0 * orders), $"{_left} orders are left");
            // Every few seconds, and in a short run some times too.
            var (life, goal) = (Stopwatch.StartNew(), Volatile.Read(ref _left) - (orders / 4));
            var pause = TimeSpan.FromMilliseconds(random.Next(3_000, 7_000));
            while (!trading.IsCompleted && life.Elapsed < pause && Volatile.Read(ref _left) > goal)
            {
                await Task.Delay(20);
            }

            if (trading.IsCompleted)
            {
                await trading;
                return kills;
            }

            await product.KillAndRestart();
        }
    }

    private static async Task<ApiUser> MakeOperator(Product product)
    {
        var file = Path.Combine(product.Data, "password");
        await File.WriteAllTextAsync(file, ApiFixture.Password);
        var (code, output, error) = await product.Command("admin", "make-operator", "--email", "desk@bourse.example", "--username", RunDesk.Name, "--password-file", file);
        code.ShouldBe(0, output + error);
        var user = new ApiUser(() => new Uri(product.Address), null);
        await user.SignIn(RunDesk.Name);
        return user;
    }

    private async Task Look(ApiUser user, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAtPrices(user);
            }
            catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
            {
                // It is being killed; the prices of before do.
            }

            await Task.Delay(500, CancellationToken.None);
        }
    }

    private async Task LookAtPrices(ApiUser user)
    {
        foreach (var symbol in RunTrader.Symbols)
        {
            if (await user.Get($"/api/v1/market/quote/{symbol}") is { Status: 200 } quote)
            {
                _prices[symbol] = quote.Body.GetProperty("price").GetDecimal();
            }
        }
    }

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : byDefault;
}
