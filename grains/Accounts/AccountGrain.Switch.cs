using Bourse.Domain.Accounts;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>The account's dead man's switch: part of the journal, so that it holds when the silo that set it does not.</summary>
public sealed partial class AccountGrain
{
    private const int MaxSwitchSeconds = 86_400;
    private static readonly TimeSpan s_switchRetry = TimeSpan.FromSeconds(1);

    private IGrainTimer? _switch;

    public async Task<DateTimeOffset?> CancelAllAfter(int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, MaxSwitchSeconds);
        BeginChange();
        var nowMs = NowMs;
        var atMs = seconds == 0 ? 0 : nowMs + (seconds * 1_000L);
        if (atMs != 0 || _account.CancelAllAtMs != 0)
        {
            Apply(new CancelAllAfterSet(atMs, nowMs));
        }

        await Commit();
        ArmSwitch();
        return atMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(atMs);
    }

    private void ArmSwitch()
    {
        _switch?.Dispose();
        _switch = null;
        if (_account.CancelAllAtMs != 0)
        {
            var left = TimeSpan.FromMilliseconds(Math.Max(0, _account.CancelAllAtMs - NowMs));
            _switch = this.RegisterGrainTimer(ThrowSwitch, new GrainTimerCreationOptions(left, s_switchRetry) { Interleave = true, KeepAlive = true });
        }
    }

    // Tried again until every order is gone: an order that its book has not answered yet cannot be cancelled before it has.
    private async Task ThrowSwitch()
    {
        var atMs = _account.CancelAllAtMs;
        if (atMs == 0 || NowMs < atMs)
        {
            return;
        }

        try
        {
            var answers = await CancelAll(null);
            if (atMs == _account.CancelAllAtMs && answers.All(a => a.Kind != AnswerKind.Unavailable))
            {
                BeginChange();
                Apply(new CancelAllAfterSet(0, NowMs));
                await Commit();
                _switch?.Dispose();
                _switch = null;
            }
        }
        catch (Exception away) when (Outage.Is(away))
        {
            AccountLog.SwitchWaits(log, away);
        }
    }
}
