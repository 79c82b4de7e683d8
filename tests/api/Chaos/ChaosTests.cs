using System.Diagnostics;
using System.Globalization;
using Bourse.Tests.Api.Crash;
using Xunit.Abstractions;

namespace Bourse.Tests.Api.Chaos;

/// <summary>
/// Three silos and two front ends under a steady load, and everything that can happen to a process happens. <c>BOURSE_CHAOS_MINUTES</c> repeats it in
/// random orders for so long (0: a shorter choice of it, each once); <c>BOURSE_CHAOS_SEED</c> repeats a run before.
/// </summary>
[Collection("chaos")]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Silos = 3;
    private const int Traders = 4;
    private const string Added = "an added silo";
    private const string Stopped = "clean stop of a silo";
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(2);

    private static readonly int s_minutes = Setting("BOURSE_CHAOS_MINUTES", 0);

    /// <summary>Longer than a lease.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(s_minutes > 0 ? 20 : 7);
    private static readonly TimeSpan s_cut = TimeSpan.FromSeconds(s_minutes > 0 ? 15 : 9);

    private delegate Task Trouble(ChaosCluster cluster, Random random);

    private static readonly (string Name, Trouble Happens)[] s_troubles =
    [
        ("kill -9 of a silo", async (cluster, random) => await cluster.End(Pick(cluster.Silos, random), "KILL")),
        (Stopped, async (cluster, random) => await cluster.End(Pick(cluster.Silos, random), "TERM")),
        ("a paused silo", Pause),
        ("a cut network between two silos", Cut),
        ("kill -9 of a front end", KillFront),
    ];

    private static readonly (string Name, Trouble Happens)[] s_longTroubles =
    [
        .. s_troubles,
        (Added, async (cluster, _) => await cluster.AddSilo()),
        ("a rolling restart", RollingRestart),
    ];

    /// <summary>For how long each account was away, and each trader waited for an answer at most, by what had happened.</summary>
    private readonly SortedDictionary<string, (List<TimeSpan> Absences, List<TimeSpan> Waits)> _seen = [];
    private CrashTrader[] _traders = [];

    [Fact]
    public async Task Whatever_happens_to_processes_orders_stay_as_they_were_told_and_each_grain_has_one_writer()
    {
        var seed = Setting("BOURSE_CHAOS_SEED", Random.Shared.Next());
        var random = new Random(seed);
        output.WriteLine($"{s_minutes} minutes, seed {seed} (BOURSE_CHAOS_SEED)");
        await using var cluster = await ChaosCluster.Start(Silos, fronts: 2);
        try
        {
            await using var probes = await Probes.Start(cluster.AnyFront);
            var traders = _traders = await Task.WhenAll(Enumerable.Range(0, Traders).Select(async i =>
                new CrashTrader(await Register(cluster.AnyFront, $"trader{i}"), seed + i, $"trader{i}", () => { })));
            var trading = Task.WhenAll(traders.Select(trader => trader.Trade()));
            var clock = Stopwatch.StartNew();
            do
            {
                foreach (var trouble in (s_minutes > 0 ? s_longTroubles : s_troubles).OrderBy(_ => random.Next()).ToList())
                {
                    await Happen(trouble, cluster, probes, random);
                    await LookAtWhatIsStored(cluster, traders);
                }
            }
            while (clock.Elapsed < TimeSpan.FromMinutes(s_minutes));

            traders.ToList().ForEach(trader => trader.Stop());
            await trading.WaitAsync(s_stuck);
            await Stored.ShouldHoldWhatWasTold(cluster.Command, traders);
            (await cluster.SecondWriters()).ShouldBe(0);
            output.WriteLine($"the longest channel: {traders.Max(t => t.Record.LastSeq)} events");
            output.WriteLine($"{traders.Sum(t => t.Record.Acknowledged.Count)} orders, {traders.Sum(t => t.Record.LastSeq)} events, {traders.Sum(t => t.Repeated)} sent again");
        }
        catch
        {
            output.WriteLine(cluster.Logs());
            throw;
        }
        finally
        {
            Tell();
        }
    }

    internal static async Task<ApiUser> Register(Func<Uri> front, string name)
    {
        var anonymous = new ApiUser(front, null);
        var body = new { email = $"{name}@bourse.example", username = name, password = ApiFixture.Password };
        ApiAnswer? answer = null;
        await ApiFixture.Until(async () => (answer = await anonymous.Post("/api/v1/auth/register", body)).Status is 201 or 409);
        if (answer!.Status == 201)
        {
            return new ApiUser(front, answer.Body);
        }

        // The first try was done, and its answer was lost.
        var again = await anonymous.Post("/api/v1/auth/login", new { username = name, password = ApiFixture.Password });
        again.Status.ShouldBe(200, again.Text);
        return new ApiUser(front, again.Body);
    }

    private async Task Happen((string Name, Trouble Happens) trouble, ChaosCluster cluster, Probes probes, Random random)
    {
        await Measure(trouble.Name, probes, () => trouble.Happens(cluster, random));
        while (cluster.Silos.Count < Silos)
        {
            await Measure(Added, probes, cluster.AddSilo);
        }

        while (cluster.Silos.Count > Silos)
        {
            await Measure(Stopped, probes, () => cluster.End(cluster.Silos[0], "TERM"));
        }
    }

    private async Task Measure(string name, Probes probes, Func<Task> happens)
    {
        await probes.UntilServed();
        probes.Reset();
        _traders.ToList().ForEach(trader => trader.TakeLongestWait());
        var clock = Stopwatch.StartNew();
        await happens();
        await Task.Delay(s_rest); // what moves to a new silo, and back to one that went on, is seen too
        var away = await probes.UntilServed();
        await Task.WhenAll(_traders.Select(trader => trader.UntilAnswered()));
        var waits = _traders.Select(trader => trader.TakeLongestWait()).ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {clock.Elapsed.TotalSeconds:F1} s in all, no account was away for more than {away.TotalSeconds:F2} s, no order waited for more than {waits.Max().TotalSeconds:F2} s"));
        if (!_seen.TryGetValue(name, out var seen))
        {
            seen = _seen[name] = ([], []);
        }

        seen.Absences.AddRange(probes.Longest);
        seen.Waits.AddRange(waits);
    }

    private void Tell()
    {
        foreach (var (trouble, (absences, waits)) in _seen)
        {
            absences.Sort();
            TimeSpan Percentile(int percent) => absences[(absences.Count - 1) * percent / 100];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{trouble}: an account was away for p50 {Percentile(50).TotalSeconds:F2} s, p99 {Percentile(99).TotalSeconds:F2} s, at most {Percentile(100).TotalSeconds:F2} s ({absences.Count} seen); an order waited for at most {waits.Max().TotalSeconds:F2} s"));
        }
    }

    private static async Task LookAtWhatIsStored(ChaosCluster cluster, IReadOnlyCollection<CrashTrader> traders)
    {
        await Stored.ShouldHoldTheNewest(traders);
        (await cluster.SecondWriters()).ShouldBe(0);
        if (s_minutes > 0)
        {
            var (code, told, error) = await cluster.Command("verify");
            code.ShouldBe(0, told + error);
        }
    }

    private static async Task Pause(ChaosCluster cluster, Random random)
    {
        var silo = Pick(cluster.Silos, random);
        await ChaosCluster.Signal(silo, "STOP");
        await Task.Delay(s_pause);
        await ChaosCluster.Signal(silo, "CONT");
    }

    private static async Task Cut(ChaosCluster cluster, Random random)
    {
        var byAge = new List<(long Id, ChaosCluster.Member Silo)>();
        foreach (var silo in cluster.Silos)
        {
            byAge.Add((await cluster.IdOf(silo), silo));
        }

        byAge.Sort((a, b) => a.Id.CompareTo(b.Id));
        var younger = random.Next(1, byAge.Count);
        byAge[random.Next(younger)].Silo.Proxy!.Cut(byAge[younger].Id);
        await Task.Delay(s_cut);
        byAge.ForEach(silo => silo.Silo.Proxy!.Heal());
    }

    private static async Task KillFront(ChaosCluster cluster, Random random)
    {
        var front = Pick(cluster.Fronts, random);
        await cluster.End(front, "KILL");
        await cluster.AddFront(front.Number, front.Port);
    }

    private static async Task RollingRestart(ChaosCluster cluster, Random random)
    {
        foreach (var silo in cluster.Silos)
        {
            await cluster.AddSilo();
            await cluster.End(silo, "TERM");
        }

        foreach (var front in cluster.Fronts)
        {
            await cluster.End(front, "TERM");
            await cluster.AddFront(front.Number, front.Port);
        }
    }

    private static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : byDefault;
}
