using System.Collections.Immutable;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Orleans.Streams;

namespace Bourse.ApiHost.Live.Orders;

/// <summary>
/// One account as this front end listens to it, for all connections of its user: the stream subscription, and the lease that keeps the
/// account publishing. Streams may drop what they carry, so the lease's renewal brings the newest number too.
/// </summary>
public sealed class AccountChannel(string account, IClusterClient cluster)
{
    private readonly SemaphoreSlim opening = new(1);

    /// <summary>Replaced whole; read by the stream's deliveries.</summary>
    private ImmutableArray<OrderPump> pumps = [];
    private StreamSubscriptionHandle<AccountNotice>? subscription;

    public string Account { get; } = account;

    /// <summary>How many pumps there are; changed under the lock of <see cref="AccountChannels"/> only.</summary>
    public int Users { get; set; }

    public IAccountGrain Grain => cluster.GetGrain<IAccountGrain>(Account);

    /// <summary>Adds a pump, listening before it asks for the newest number, so that nothing falls between.</summary>
    /// <returns>The newest number and the epoch.</returns>
    public async Task<OrderUpdates> Join(OrderPump pump)
    {
        ImmutableInterlocked.Update(ref pumps, list => list.Add(pump));
        await opening.WaitAsync();
        try
        {
            subscription ??= await cluster.GetStreamProvider(Streams.Provider)
                .GetStream<AccountNotice>(StreamId.Create(Streams.Account, Account))
                .SubscribeAsync(Hear);
        }
        finally
        {
            opening.Release();
        }

        return await Grain.Watch();
    }

    public void Leave(OrderPump pump) => ImmutableInterlocked.Update(ref pumps, list => list.Remove(pump));

    /// <summary>Renews the lease, and tells the pumps the newest number.</summary>
    public async Task Renew()
    {
        var newest = await Grain.Watch();
        foreach (var pump in pumps)
        {
            pump.Remind(newest.LastSeq);
        }
    }

    public async Task Close()
    {
        await opening.WaitAsync();
        try
        {
            if (subscription is { } open)
            {
                subscription = null;
                await open.UnsubscribeAsync();
            }
        }
        finally
        {
            opening.Release();
        }
    }

    private Task Hear(AccountNotice notice, StreamSequenceToken? token)
    {
        foreach (var pump in pumps)
        {
            pump.Hear(notice);
        }

        return Task.CompletedTask;
    }
}
