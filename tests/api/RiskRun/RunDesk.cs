namespace Bourse.Tests.Api.RiskRun;

/// <summary>The operator of the run: changes limits, switches and restricted lists at random, and remembers when.</summary>
internal sealed class RunDesk
{
    /// <summary>The operator's user name.</summary>
    public const string Name = "desk";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private readonly ApiUser _user;
    private readonly Random _random;
    private readonly string[] _accounts;

    public RunDesk(ApiUser user, Random random, IEnumerable<string> accounts)
    {
        (_user, _random, _accounts) = (user, random, [.. accounts]);
        Limits = _accounts.ToDictionary(a => a, _ => new Timeline<RunLimits>(RunLimits.Default));
    }

    public IReadOnlyDictionary<string, Timeline<RunLimits>> Limits { get; }

    /// <summary>By scope and id: <c>global</c>, an account, a symbol.</summary>
    public Dictionary<string, Timeline<string>> Switches { get; } = [];

    /// <summary>What the class <c>staff</c> may only get out of.</summary>
    public Timeline<string[]> Restricted { get; } = new([]);

    public int Changes { get; private set; }

    public async Task SetAll()
    {
        foreach (var account in _accounts)
        {
            await SetLimits(account);
        }
    }

    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var dice = _random.Next(20);
            if (dice < 14)
            {
                await SetLimits(_accounts[_random.Next(_accounts.Length)]);
            }
            else if (dice < 16)
            {
                var symbols = RunTrader.Symbols.Where(_ => _random.Next(3) == 0).ToArray();
                await Ask("risk/restricted", new { user_class = "staff", symbols, reason = "the run" }, put: true, (asked, answered) => Restricted.Set(symbols, asked, answered));
            }
            else
            {
                var (scope, id) = dice < 17 ? ("global", null) : dice < 19 ? ("account", _accounts[_random.Next(_accounts.Length)]) : ("symbol", RunTrader.Symbols[_random.Next(RunTrader.Symbols.Length)]);
                await SetSwitch(scope, id, _random.Next(2) == 0 ? "halted" : "reducing", _random.Next(3) == 0);
                await Task.Delay(_random.Next(1_100, 1_500), CancellationToken.None);
                await SetSwitch(scope, id, "active", false);
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    private Task SetLimits(string account)
    {
        var limits = RunLimits.Draw(_random);
        return Ask("risk/limits", limits.Body(account), put: true, (asked, answered) => Limits[account].Set(limits, asked, answered));
    }

    private Task SetSwitch(string scope, string? id, string state, bool cancel) => Ask(
        "risk/kill-switch", new { scope, id, state, reason = "the run", cancel_orders = cancel }, put: false, (asked, answered) =>
        {
            var key = id ?? scope;
            if (!Switches.TryGetValue(key, out var timeline))
            {
                Switches.Add(key, timeline = new Timeline<string>("active"));
            }

            timeline.Set(state, asked, answered);
        });

    // Asked until it is answered: it may have come into force at any of the tries.
    private async Task Ask(string path, object body, bool put, Action<long, long> done)
    {
        var asked = NowMs();
        while (true)
        {
            try
            {
                var answer = put ? await _user.Put("/api/v1/" + path, body) : await _user.Post("/api/v1/" + path, body);
                if (answer.Status == 200)
                {
                    done(asked, NowMs());
                    Changes++;
                    return;
                }

                answer.Status.ShouldBeOneOf(401, 429, 500, 503);
                if (answer.Status == 401)
                {
                    await _user.SignIn(Name);
                }
            }
            catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
            {
                // asked again
            }

            await Task.Delay(s_pause);
        }
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
