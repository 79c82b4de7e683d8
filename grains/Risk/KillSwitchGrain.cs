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
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _writing = new(1);
    private IGrainTimer? _sweeps;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        SweepWhileNeeded();
        return Task.CompletedTask;
    }

    public Task<SwitchBoard> Get(long knownVersion) => Task.FromResult(
        new SwitchBoard(state.State.Version, knownVersion == state.State.Version ? null : state.State.Switches));

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
            return new SwitchState { Version = version, Switches = [.. others, View(command, version)] };
        });
        SweepWhileNeeded();
        LogSet(command.Scope, command.Id, command.State, command.By, command.Reason);
        return View(command, version);
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
                    await Change(before => new SwitchState
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

    private static void ThrowIfInvalid(SetSwitch command)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(command.By);
        ArgumentException.ThrowIfNullOrWhiteSpace(command.Reason);
        if (command.Reason.Length > MaxReason)
        {
            throw new ArgumentException($"A reason is at most {MaxReason} characters.", nameof(command));
        }

        if (!Enum.IsDefined(command.Scope) || !Enum.IsDefined(command.State) || (command.Scope == SwitchScope.Global) != (command.Id.Length == 0))
        {
            throw new ArgumentException("A switch is global and has no id, or is an account's or a symbol's and has one.", nameof(command));
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Kill switch {Scope} {Id} is {State}, set by {By}: {Reason}")]
    private partial void LogSet(SwitchScope scope, string id, TradingState state, string by, string reason);

    [LoggerMessage(1302, LogLevel.Warning, "Orders under the kill switch {Scope} {Id} are not all cancelled yet; tried again")]
    private partial void LogSweepFailed(Exception cause, SwitchScope scope, string id);
}
