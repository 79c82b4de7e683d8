using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Bourse.Silo.Postgres;

namespace Bourse.Tests.Api.Crash;

/// <summary>PostgreSQL is taken away under load, at once and without a word, and comes back.</summary>
public sealed class OutageTests
{
    private const int Traders = 4;
    private const int Askers = 4;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    /// <summary>For so long after its last renewal a silo that is alone certainly keeps its grains; on a machine that stands still the outage may last longer.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(15);
    private long _answers;

    [Fact]
    public async Task While_PostgreSQL_is_away_orders_get_a_clear_503_and_quotes_are_read_and_then_service_goes_on_by_itself()
    {
        await using var product = await Product.Start();
        var traders = new List<CrashTrader>();
        for (var i = 0; i < Traders; i++)
        {
            var name = $"trader{i}";
            traders.Add(new CrashTrader(await ApiUser.Register(new Uri(product.Address), name), i, name, () => Interlocked.Increment(ref _answers)));
        }

        var asker = await ApiUser.Register(new Uri(product.Address), "asker");
        var trading = Task.WhenAll(traders.Select(t => t.Trade()));
        await Answers(500, trading);
        (await Place(asker)).Status.ShouldBe(201);

        var away = Stopwatch.StartNew();
        var port = await TakePostgresAway(product);
        var refused = await AskWhileAway(asker, away);
        refused.ShouldNotBeEmpty();
        refused.ShouldAllBe(a => a.Status == 503 && a.Code == "unavailable" && a.Headers.RetryAfter != null);
        (await LocalPostgres.StartAsync(product.Data, _ => { }, CancellationToken.None)).Port.ShouldBe(port);

        await ApiFixture.Until(async () => (await asker.Get("/health/ready")).Status == 200);
        await ApiFixture.Until(async () => (await Place(asker)).Status == 201);
        await Answers(500, trading);
        traders.ForEach(t => t.Stop());
        await trading.WaitAsync(Stuck);
        await Stored.ShouldHoldWhatWasTold(product, traders);
    }

    /// <summary>Ends it as <c>pg_ctl stop -m immediate</c> does.</summary>
    private static async Task<int> TakePostgresAway(Product product)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(product.Data, "postgres", "postmaster.pid"));
        using var postmaster = Process.GetProcessById(int.Parse(lines[0], CultureInfo.InvariantCulture));
        using (Process.Start("kill", ["-QUIT", lines[0]]))
        {
        }

        await postmaster.WaitForExitAsync().WaitAsync(Stuck);
        return int.Parse(lines[3], CultureInfo.InvariantCulture);
    }

    /// <summary>Orders, one after the other from several sides, until the outage is over; meanwhile quotes must come, and readiness must be denied.</summary>
    private static async Task<IReadOnlyCollection<ApiAnswer>> AskWhileAway(ApiUser asker, Stopwatch away)
    {
        var answers = new ConcurrentBag<ApiAnswer>();
        var clock = Stopwatch.StartNew();
        var orders = Enumerable.Range(0, Askers).Select(async _ =>
        {
            while (clock.Elapsed < Outage)
            {
                answers.Add(await Place(asker).WaitAsync(LongestAnswer));
            }
        });
        var quotes = Task.Run(async () =>
        {
            while (away.Elapsed < Outage)
            {
                var quote = await asker.Get("/api/v1/market/quote/AAPL").WaitAsync(LongestAnswer);
                if (away.Elapsed < Kept)
                {
                    quote.Status.ShouldBe(200, quote.Text);
                }

                await Task.Delay(20);
            }
        });
        var ready = ApiFixture.Until(async () => (await asker.Get("/health/ready")).Status == 503);
        await Task.WhenAll([.. orders, quotes, ready]);
        (await asker.Get("/health/live")).Status.ShouldBe(200);
        return answers;
    }

    private static Task<ApiAnswer> Place(ApiUser user) => user.Post(
        "/api/v1/orders", new { symbol = "AAPL", side = "buy", type = "limit", time_in_force = "gtc", qty = "1", limit_price = "200.00" });

    private async Task Answers(int more, Task trading)
    {
        var goal = Interlocked.Read(ref _answers) + more;
        var clock = Stopwatch.StartNew();
        while (Interlocked.Read(ref _answers) < goal)
        {
            clock.Elapsed.ShouldBeLessThan(Stuck, "traders get no answers");
            if (trading.IsCompleted)
            {
                await trading;
            }

            await Task.Delay(5);
        }
    }
}
