using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Journal;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Bourse.Grains.Risk;

/// <summary>See <see cref="IKillSwitchGrain"/>. Reentrant, so that it answers while open orders are being cancelled.</summary>
[Reentrant, HashBasedPlacement]
public sealed partial class KillSwitchGrain(
    [PersistentState("switches", "bourse")] IPersistentState<SwitchState> state,
    IHistoryReader history,
    TimeProvider time,
    ILogger<KillSwitchGrain> log) : Grain, IKillSwitchGrain
{
    private const int MaxReason = 500;
    private const int MaxSwitches = 10_000;
    private const int MaxLists = 100;
    private const int MaxListed = 10_000;
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(15);

    // Silos, with when they asked last. A silo that is gone leaves within the time of a watch.
    private readonly Dictionary<ISwitchWatcher, long> _watchers = [];
    private readonly SemaphoreSlim _writing = new(1);
    private IGrainTimer? _sweeps;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        SweepWhileNeeded();
        return Task.CompletedTask;
    }

    public Task<SwitchBoard> Get(long knownVersion) => Task.FromResult(knownVersion == state.State.Version
        ? new SwitchBoard(knownVersion, null)
        : new SwitchBoard(state.State.Version, state.State.Switches, state.State.Restricted));

    public Task Watch(ISwitchWatcher watcher)
    {
        foreach (var (gone, askedAt) in _watchers)
        {
            if (time.GetElapsedTime(askedAt) > s_watch)
            {
                _watchers.Remove(gone);
            }
        }

        _watchers[watcher] = time.GetTimestamp();
        return Task.CompletedTask;
    }

    public async Task<SwitchView> Set(SetSwitch command)
    {
        ThrowIfInvalid(command);
        var version = 0L;
        await Change(before =>
        {
            var others = before.Switches.Where(s => s.Scope != command.Scope || s.Id != command.Id).ToList();
            if (others.Count >= MaxSwitches && !others.Remove(others.Find(s => s is { State: TradingState.Active, Canceling: false })!))
            {
                throw new ArgumentException($"At most {MaxSwitches} switches are set at once.", nameof(command));
            }

            version = before.Version + 1;
            return before with { Version = version, Switches = [.. others, View(command, version)] };
        });
        SweepWhileNeeded();
        LogSet(command.Scope, command.Id, command.State, command.By, command.Reason);
        return View(command, version);
    }

    public async Task<RestrictedList> Restrict(RestrictSymbols command)
    {
        ThrowIfInvalid(command.By, command.Reason);
        if (new AccountRules(UserClass: command.UserClass ?? "").FindFault() is not null || command.Symbols.Count > MaxListed)
        {
            throw new ArgumentException($"A class is 1 to 32 lower-case letters, its list at most {MaxListed} symbols.", nameof(command));
        }

        var list = new RestrictedList(command.UserClass!, command.Symbols, command.Reason, command.By, time.GetUtcNow());
        await Change(before =>
        {
            var others = before.Restricted.Where(l => l.UserClass != list.UserClass).ToList();
            return others.Count < MaxLists
                ? before with { Version = before.Version + 1, Restricted = list.Symbols.Count == 0 ? others : [.. others, list] }
                : throw new ArgumentException($"At most {MaxLists} classes have a list.", nameof(command));
        });
        LogRestricted(list.UserClass, list.Symbols.Count, list.By, list.Reason);
        return list;
    }

    private SwitchView View(SetSwitch command, long version) => new(
        command.Scope, command.Id, command.State, command.Reason, command.By, time.GetUtcNow(), version, command.CancelOrders);

    private async Task Change(Func<SwitchState, SwitchState> change)
    {
        await _writing.WaitAsync();
        try
        {
            var before = state.State;
            state.State = change(before);
            try
            {
                await state.WriteStateAsync();
            }
            catch
            {
                // Not written as far as we know: nothing of it is shown, and the next activation reads what is true.
                state.State = before;
                DeactivateOnIdle();
                throw;
            }
        }
        finally
        {
            _writing.Release();
        }

        TellWatchers();
    }

    private void TellWatchers()
    {
        foreach (var watcher in _watchers.Keys)
        {
            _ = watcher.Changed(); // one-way: a silo that is gone hears nothing
        }
    }

    private void SweepWhileNeeded()
    {
        if (_sweeps is null && state.State.Switches.Any(s => s.Canceling))
        {
            _sweeps = this.RegisterGrainTimer(Sweep, new GrainTimerCreationOptions(s_soon, s_sweepInterval) { Interleave = true, KeepAlive = true });
        }
    }

    private async Task Sweep(CancellationToken cancellation)
    {
        foreach (var one in state.State.Switches.Where(s => s.Canceling).ToArray())
        {
            try
            {
                if (await OrderSweep.Run(one, GrainFactory, history, time, cancellation))
                {
                    await Change(before => before with
                    {
                        Version = before.Version + 1,
                        Switches = [.. before.Switches.Select(s => s.Version == one.Version ? s with { Canceling = false } : s)],
                    });
                }
            }
            catch (Exception away) when (Outage.Is(away))
            {
                LogSweepFailed(away, one.Scope, one.Id); // the timer tries again
            }
        }

        if (!state.State.Switches.Any(s => s.Canceling))
        {
            _sweeps?.Dispose();
            _sweeps = null;
        }
    }

    private static void ThrowIfInvalid(string by, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (reason.Length > MaxReason)
        {
            throw new ArgumentException($"A reason is at most {MaxReason} characters.", nameof(reason));
        }
    }

    private static void ThrowIfInvalid(SetSwitch command)
    {
        ThrowIfInvalid(command.By, command.Reason);
        if (!Enum.IsDefined(command.Scope) || !Enum.IsDefined(command.State) || (command.Scope == SwitchScope.Global) != (command.Id.Length == 0))
        {
            throw new ArgumentException("A switch is global and has no id, or is an account's or a symbol's and has one.", nameof(command));
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Kill switch {Scope} {Id} is {State}, set by {By}: {Reason}")]
    private partial void LogSet(SwitchScope scope, string id, TradingState state, string by, string reason);

    [LoggerMessage(4300, LogLevel.Warning, "{Count} symbols are restricted for {UserClass}, set by {By}: {Reason}")]
    private partial void LogRestricted(string userClass, int count, string by, string reason);

    [LoggerMessage(1302, LogLevel.Warning, "Orders under the kill switch {Scope} {Id} are not all cancelled yet; tried again")]
    private partial void LogSweepFailed(Exception cause, SwitchScope scope, string id);
}
