using Bourse.Domain.Alerts;
using Bourse.GrainInterfaces.Alerts;
using Orleans.Placement;

namespace Bourse.Grains.Alerts;

/// <summary>See <see cref="IAlertsGrain"/>. Keeps nothing itself.</summary>
[HashBasedPlacement]
public sealed class AlertsGrain(IAlertStore store, TimeProvider time) : Grain, IAlertsGrain
{
    private const int MaxListed = 500;

    private string User => this.GetPrimaryKeyString();

    public async Task<PriceAlert?> Add(string symbol, AlertCondition condition, decimal targetPrice)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(targetPrice, 0);
        var alert = new PriceAlert(Guid.CreateVersion7(time.GetUtcNow()), User, symbol, condition, targetPrice, time.GetUtcNow(), null, null);
        if (!await store.Insert(alert, IAlertsGrain.MaxWaiting))
        {
            return null;
        }

        // Should this call be lost, the next round of wakings finds the alert in the store.
        await GrainFactory.GetGrain<IAlertWatchGrain>(symbol).Arm(alert);
        return alert;
    }

    public Task<IReadOnlyList<PriceAlert>> List() => store.OfUser(User, MaxListed);

    public async Task<bool> Remove(Guid id)
    {
        if (await store.Delete(User, id) is not { } alert)
        {
            return false;
        }

        await GrainFactory.GetGrain<IAlertWatchGrain>(alert.Symbol).Disarm(id);
        return true;
    }

    public Task<IReadOnlyList<PriceAlert>> GetUndelivered() => store.Undelivered(User, MaxListed);

    public Task MarkDelivered(IReadOnlyList<Guid> ids) => store.MarkDelivered(User, ids);
}
