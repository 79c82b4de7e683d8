using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <content>The ticks of a source: what is taken, what is told and left out, and when the source counts as silent.</content>
public sealed partial class FeedGrain
{
    private readonly RecentTicks _recent = new();
    private IGrainTimer _staleTimer = null!;
    private long _tickedAt;
    private bool _staleArmed;

    public async Task<PushReceipt> Push(IReadOnlyList<Tick> ticks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ticks.Count, MaxPush);
        var receipt = Take(ticks);
        if (receipt.Taken + receipt.Late > 0)
        {
            await AfterChange();
        }

        return receipt;
    }

    private PushReceipt Take(IReadOnlyList<Tick> ticks)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (taken, late, duplicates) = (0, 0, 0);
        List<RefusedTick>? refused = null;
        for (var i = 0; i < ticks.Count; i++)
        {
            var tick = ticks[i];
            if (FindFault(tick, nowMs) is var fault && fault != TickFault.None)
            {
                FeedMeter.CountRefused(fault);
                (refused ??= []).Add(new RefusedTick(i, fault));
            }
            else if (_recent.Knows(tick, _clock.NewestMs))
            {
                duplicates++;
            }
            else if (Take(tick, nowMs))
            {
                taken++;
            }
            else
            {
                late++;
            }
        }

        _recent.EndBatch();
        Count(FeedMeter.Ticks, taken + late);
        Count(FeedMeter.LateTicks, late);
        Count(FeedMeter.DuplicateTicks, duplicates);
        if (taken > 0)
        {
            Ticked();
        }

        return new PushReceipt(taken, late, duplicates, refused ?? (IReadOnlyList<RefusedTick>)[]);
    }

    private TickFault FindFault(in Tick tick, long nowMs)
    {
        var fault = TickCheck.FindFault(tick, nowMs);
        return fault == TickFault.None && _state.Reference is { } reference && _clock.Continues(tick.TimestampMs, nowMs) && TickCheck.IsAbsurd(tick, reference)
            ? TickFault.Absurd
            : fault;
    }

    /// <summary>False when the tick came late.</summary>
    private bool Take(in Tick tick, long nowMs)
    {
        var order = _clock.Take(tick.TimestampMs, nowMs);
        if (order == TickOrder.Rewind)
        {
            _bars.Rewind();
            _state.Rewind(tick.TimestampMs);
        }

        if (order == TickOrder.Late)
        {
            _state.ApplyLate(tick);
        }
        else
        {
            _state.Apply(tick);
        }

        _bars.Add(tick);
        return order != TickOrder.Late;
    }

    private void Ticked()
    {
        _tickedAt = time.GetTimestamp();
        _state.SetStale(false);
        if (!_staleArmed)
        {
            _staleArmed = true;
            _staleTimer.Change(_options.StaleAfter, Timeout.InfiniteTimeSpan);
        }
    }

    // Armed once for many ticks: it looks how long ago the newest was, and waits for the rest.
    private Task OnStaleTimer()
    {
        var left = _options.StaleAfter - time.GetElapsedTime(_tickedAt);
        _staleArmed = left > TimeSpan.Zero;
        if (_staleArmed)
        {
            _staleTimer.Change(left, Timeout.InfiniteTimeSpan);
        }
        else if (_state.SetStale(true))
        {
            FeedMeter.Stale.Add(1);
            _publisher.Changed();
        }

        return Task.CompletedTask;
    }

    private static void Count(System.Diagnostics.Metrics.Counter<long> counter, int count)
    {
        if (count > 0)
        {
            counter.Add(count);
        }
    }
}
