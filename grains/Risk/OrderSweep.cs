using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Risk;

namespace Bourse.Grains.Risk;

/// <summary>Cancels the orders that were open when a kill switch was set, and those that were on their way then.</summary>
internal static class OrderSweep
{
    private const int MaxAccounts = 100_000;
    private const int AccountsAtOnce = 16;

    /// <summary>No silo takes an order on a copy of the switches older than a second.</summary>
    private static readonly TimeSpan s_onTheirWay = TimeSpan.FromSeconds(2);

    /// <summary>One pass; true when there was nothing left to cancel and nothing can come any more.</summary>
    public static async Task<bool> Run(
        SwitchView one, IGrainFactory grains, IHistoryReader history, TimeProvider time, CancellationToken cancellation)
    {
        var before = one.At + s_onTheirWay;
        var mayBeLast = time.GetUtcNow() > before;
        IReadOnlyList<string> accounts = [one.Id];
        if (one.Scope != SwitchScope.Account)
        {
            // What the read model had not heard of yet is found by a later pass.
            var readModel = await history.GetState(cancellation);
            mayBeLast = time.GetUtcNow() - readModel.Lag > before;
            accounts = await history.GetAccountsWithOpenOrders(one.Scope == SwitchScope.Symbol ? one.Id : null, before, MaxAccounts, cancellation);
        }

        var found = 0;
        foreach (var some in accounts.Chunk(AccountsAtOnce))
        {
            found += (await Task.WhenAll(some.Select(account => Cancel(account, one, before, grains)))).Sum();
        }

        return mayBeLast && found == 0;
    }

    private static async Task<int> Cancel(string account, SwitchView one, DateTimeOffset before, IGrainFactory grains)
    {
        var grain = grains.GetGrain<IAccountGrain>(account);
        var orders = (await grain.GetOpenOrders())
            .Where(o => o.CreatedAt <= before && (one.Scope != SwitchScope.Symbol || o.Symbol == one.Id)).ToArray();
        await Task.WhenAll(orders.Select(o => grain.Cancel(o.Id)));
        return orders.Length;
    }
}
