using Bourse.Domain.Breakers;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Risk;
using Orleans.Placement;

namespace Bourse.Grains.Breakers;

/// <summary>See <see cref="IMarketBreakerGrain"/>. What <see cref="IndexBreaker"/> decides is kept before it is done, and done again until it has been.</summary>
[HashBasedPlacement]
public sealed class MarketBreakerGrain(
    [PersistentState("market-breaker", "bourse")] IPersistentState<MarketBreakerState> state, TimeProvider time) : Grain, IMarketBreakerGrain
{
    private const string By = "market-breaker";
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(900);

    private long _lookedAt;

    public async Task Look(IReadOnlyList<string> index)
    {
        if (_lookedAt != 0 && time.GetElapsedTime(_lookedAt) < s_interval)
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        var kept = state.State;
        var before = new IndexBreakerState(kept.Day, kept.Level, kept.UntilMs);
        var after = IndexBreaker.Decide(before, await Change(index), time.GetUtcNow().ToUnixTimeMilliseconds());
        if (after != before)
        {
            state.State = new MarketBreakerState { Day = after.Day, Level = after.Level, UntilMs = after.UntilMs, IsDone = false };
            await Write(kept);
        }

        if (!state.State.IsDone)
        {
            await Do(state.State);
            kept = state.State;
            state.State = kept with { IsDone = true };
            await Write(kept);
        }
    }

    private async Task Do(MarketBreakerState now)
    {
        var isHalt = now.UntilMs != 0;
        var reason = isHalt ? $"The index has fallen by {IndexBreaker.LevelsPercent[now.Level - 1]} % today." : "The pause after the index fell is over.";
        await GrainFactory.GetGrain<IAuditGrain>(IAuditGrain.Key).Append(
            new AuditRecord(isHalt ? "market.halted" : "market.reopened", "platform", "", "global", reason));
        var switches = GrainFactory.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key);
        var global = (await switches.Get(-1)).Switches?.FirstOrDefault(s => s.Scope == SwitchScope.Global);
        if (isHalt ? global is not { State: TradingState.Halted } : global is { State: TradingState.Halted, By: By })
        {
            // What an operator has set stands until an operator lifts it.
            await switches.Set(new SetSwitch(SwitchScope.Global, "", isHalt ? TradingState.Halted : TradingState.Active, reason, By, CancelOrders: false));
        }
    }

    /// <summary>The mean change of those symbols that have one; null when fewer than half do.</summary>
    private async Task<decimal?> Change(IReadOnlyList<string> index)
    {
        var quotes = await Task.WhenAll(index.Select(symbol => GrainFactory.GetGrain<IFeedGrain>(symbol).GetQuote()));
        var changes = quotes.Where(q => q?.ChangePercent is not null).Select(q => q!.ChangePercent!.Value).ToArray();
        return changes.Length == 0 || changes.Length * 2 < index.Count ? null : changes.Average();
    }

    private async Task Write(MarketBreakerState before)
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // Not written as far as we know: the next activation reads what is true.
            state.State = before;
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>What the market-wide breaker keeps; see <see cref="IndexBreakerState"/>.</summary>
[GenerateSerializer, Alias("bourse.market-breaker-state")]
public sealed record MarketBreakerState
{
    [Id(0)] public long Day { get; init; }

    [Id(1)] public int Level { get; init; }

    [Id(2)] public long UntilMs { get; init; }

    /// <summary>The kill switch stands as this says.</summary>
    [Id(3)] public bool IsDone { get; init; } = true;
}
