using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Live;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Risk;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Risk;

/// <summary>
/// Tells the hub's connections what the kill switches do, by the event <c>halt</c>: a platform's or symbol's to everybody, an account's to its
/// user. Asks four times a second for what changed, so that nothing is missed.
/// </summary>
public sealed partial class HaltNews(IGrainFactory grains, IHubContext<TradingHub> hub, TimeProvider clock, ILogger<HaltNews> log) : BackgroundService
{
    private const string Event = "halt";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Replaced whole by the one loop; null before the first answer.</summary>
    private volatile SwitchBoard? board;

    /// <summary>Likewise, of symbols that collect orders for an auction.</summary>
    private volatile HaltList? halts;

    /// <summary>Tells a new connection what is not <c>active</c>.</summary>
    public async Task TellInForce(IClientProxy client, Caller? caller)
    {
        foreach (var one in board?.Switches ?? [])
        {
            if (one.State != TradingState.Active && (one.Scope != SwitchScope.Account || one.Id == caller?.Account))
            {
                await client.SendAsync(Event, RiskNames.Halt(one));
            }
        }

        foreach (var one in (halts?.Halts ?? []).Where(h => h.IsHalted))
        {
            await client.SendAsync(Event, RiskNames.Halt(one));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await Look(stoppingToken);
                await LookAtHalts(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogMissed(log, e.GetType().Name); // asked again at the next tick
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Look(CancellationToken cancellation)
    {
        var known = board;
        var now = await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Get(known?.Version ?? -1).WaitAsync(cancellation);
        if (now.Switches is not { } switches)
        {
            return;
        }

        board = now;
        foreach (var one in switches.Where(s => s.Version > (known?.Version ?? long.MaxValue)))
        {
            var to = one.Scope == SwitchScope.Account ? hub.Clients.User(one.Id) : hub.Clients.All;
            await to.SendAsync(Event, RiskNames.Halt(one), cancellation);
        }
    }

    private async Task LookAtHalts(CancellationToken cancellation)
    {
        var known = halts;
        var now = await grains.GetGrain<IHaltsGrain>(IHaltsGrain.Key).Get(known?.Version ?? -1).WaitAsync(cancellation);
        if (now.Halts is not { } list)
        {
            return;
        }

        halts = now;
        var before = (known?.Halts ?? []).ToDictionary(h => h.Symbol, h => h.SinceMs * (h.IsHalted ? 1 : -1));
        foreach (var one in list.Where(h => known is not null && before.GetValueOrDefault(h.Symbol) != h.SinceMs * (h.IsHalted ? 1 : -1)))
        {
            await hub.Clients.All.SendAsync(Event, RiskNames.Halt(one), cancellation);
        }
    }

    [LoggerMessage(EventId = 4050, Level = LogLevel.Warning, Message = "The kill switches did not answer: {Reason}")]
    private static partial void LogMissed(ILogger log, string reason);
}
