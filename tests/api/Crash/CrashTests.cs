using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Bourse.Tests.Api.Crash;

/// <summary>
/// The process is killed with SIGKILL, again and again, while several clients trade, order groups too. <c>BOURSE_CRASH_KILLS</c> sets how often (20),
/// <c>BOURSE_CRASH_SEED</c> repeats the draw of a run before.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Traders = 6;
    private const int MaxAnswersBetweenKills = 200;
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(2);
    private long _answers;

    [Fact]
    public async Task Whatever_was_acknowledged_survives_every_kill_and_clients_miss_nothing_and_see_nothing_twice()
    {
        var kills = Setting("BOURSE_CRASH_KILLS", 20);
        var seed = Setting("BOURSE_CRASH_SEED", Random.Shared.Next());
        output.WriteLine($"{kills} kills, seed {seed} (BOURSE_CRASH_SEED)");
        await using var product = await Product.Start();
        var traders = new List<CrashTrader>();
        for (var i = 0; i < Traders; i++)
        {
            var name = $"trader{i}";
            traders.Add(new CrashTrader(await ApiUser.Register(new Uri(product.Address), name), seed + i, name, () => Interlocked.Increment(ref _answers)));
        }

        var trading = Task.WhenAll(traders.Select(t => t.Trade()));
        await KillAgainAndAgain(product, kills, new Random(seed), trading);
        traders.ForEach(t => t.Stop());
        await trading.WaitAsync(Stuck);
        await product.KillAndRestart();
        await Stored.ShouldHoldWholeGroups(traders);
        await Stored.ShouldHoldWhatWasTold(product, traders);
        await GroupsShouldHaveHeld(product, traders);
        output.WriteLine($"{_answers} answers, {traders.Sum(t => t.Record.Acknowledged.Count)} orders, {traders.Sum(t => t.Record.LastSeq)} events, "
            + $"{traders.Sum(t => t.Record.Fills().Count())} fills, {traders.Sum(t => t.Repeated)} sent again");
    }

    private async Task GroupsShouldHaveHeld(Product product, IReadOnlyCollection<CrashTrader> traders)
    {
        var journal = await AccountJournal.Of(product);
        var audits = new List<GroupAudit>();
        foreach (var trader in traders)
        {
            var audit = new GroupAudit();
            (await journal.Read(trader.User.UserId)).ForEach(audit.Take);
            audit.Conclude();
            audits.Add(audit);
        }

        var (entered, exited, linked) = (audits.Sum(a => a.Entered), audits.Sum(a => a.Exited), audits.Sum(a => a.LinkedEnds));
        output.WriteLine($"{entered} groups entered, {exited} traded out, {linked} orders went with another");
        audits.SelectMany(a => a.Faults).Take(20).ShouldBeEmpty();
        Math.Min(Math.Min(entered, exited), linked).ShouldBeGreaterThan(0, "there were groups to look at");
    }

    private async Task KillAgainAndAgain(Product product, int kills, Random random, Task trading)
    {
        for (var kill = 1; kill <= kills; kill++)
        {
            var goal = Interlocked.Read(ref _answers) + random.Next(1, MaxAnswersBetweenKills);
            var clock = Stopwatch.StartNew();
            while (Interlocked.Read(ref _answers) < goal && !trading.IsCompleted)
            {
                clock.Elapsed.ShouldBeLessThan(Stuck, $"no answers after kill {kill - 1}");
                await Task.Delay(1);
            }

            if (trading.IsCompleted)
            {
                await trading;
            }

            var served = clock.Elapsed;
            clock.Restart();
            if (random.Next(5) == 0)
            {
                // once more while it starts
                await product.KillTwiceAndRestart(TimeSpan.FromMilliseconds(random.Next(100, 2_500)));
                kill++;
            }
            else
            {
                await product.KillAndRestart();
            }

            output.WriteLine($"kill {kill}: {goal} answers after {served.TotalSeconds:F1} s, back after {clock.Elapsed.TotalSeconds:F1} s");
        }
    }

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : byDefault;
}
