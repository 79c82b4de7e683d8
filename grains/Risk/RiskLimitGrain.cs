using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Journal;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace Bourse.Grains.Risk;

/// <summary>Owns the risk limits of one account.</summary>
[HashBasedPlacement]
public sealed partial class RiskLimitGrain(
    [PersistentState("limits", "bourse")] IPersistentState<RiskLimitState> state, TimeProvider time, ILogger<RiskLimitGrain> logger)
    : Grain, IRiskLimitGrain
{
    /// <summary>Accounts of the house (market makers) have ids that start so, which no trader's account can.</summary>
    public const string HousePrefix = "house-";

    private const int MaxHistory = 50;
    private const int MaxReason = 500;

    private string Account => this.GetPrimaryKeyString();

    public Task<LimitsView> Get() => Task.FromResult(Current());

    public async Task<LimitsView> Set(LimitsView limits, string by, string reason)
    {
        ThrowIfInvalid(limits, by, reason);
        var next = limits with { Version = Current().Version + 1 };
        var before = state.State;
        state.State = new RiskLimitState
        {
            Limits = next,
            History = [.. before.History.TakeLast(MaxHistory - 1), new RiskLimitChange(time.GetUtcNow(), by, reason, next)],
        };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // Not written as far as we know: the old limits stand, and the next activation reads what is true.
            state.State = before;
            DeactivateOnIdle();
            throw;
        }

        LogChanged(Account, next.Version, by, reason);
        await Tell(next);
        return next;
    }

    // An account that cannot be told reads its limits anew within a second.
    private async Task Tell(LimitsView limits)
    {
        try
        {
            await GrainFactory.GetGrain<IAccountGrain>(Account).TakeLimits(limits);
        }
        catch (Exception away) when (Outage.Is(away))
        {
            LogUntold(away, Account);
        }
    }

    private LimitsView Current() =>
        state.State.Limits ?? LimitsView.From(Account.StartsWith(HousePrefix, StringComparison.Ordinal) ? RiskLimits.House : RiskLimits.Default);

    private static void ThrowIfInvalid(LimitsView limits, string by, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (reason.Length > MaxReason)
        {
            throw new ArgumentException($"A reason is at most {MaxReason} characters.", nameof(reason));
        }

        if (limits.MaxOrderQuantity < 0 || limits.MaxOrderNotional < 0 || limits.MaxPosition < 0 || limits.MaxOpenOrders < 0)
        {
            throw new ArgumentException("A bound is 0 or more.", nameof(limits));
        }

        if (limits.Rules?.ToDomain().FindFault() is { } field)
        {
            throw new ArgumentException($"{field} is out of bounds.", nameof(limits));
        }
    }

    [LoggerMessage(4304, LogLevel.Warning, "Account {Account} could not be told of its new limits; it reads them within a second")]
    private partial void LogUntold(Exception cause, string account);

    [LoggerMessage(1, LogLevel.Warning, "Risk limits of account {Account} are at version {Version}, set by {By}: {Reason}")]
    private partial void LogChanged(string account, long version, string by, string reason);
}
