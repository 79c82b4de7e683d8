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

    /// <summary>With <see cref="closed"/>, changed while holding <see cref="opening"/> only.</summary>
    private StreamSubscriptionHandle<AccountNotice>? subscription;
    private bool closed;

    /// <summary>The newest number that the stream has brought.</summary>
    private long heard;

    /// <summary>The newest number as of the renewal before; the stream should have brought it by now.</summary>
    private long expected;

    public string Account { get; } = account;

    /// <summary>How many pumps there are; changed under the lock of <see cref="AccountChannels"/> only.</summary>
    public int Users { get; set; }

    public IAccountGrain Grain => cluster.GetGrain<IAccountGrain>(Account);

    /// <summary>Adds a pump, listening before it asks for the newest number, so that nothing falls between.</summary>
    /// <returns>The newest number and the epoch.</returns>
    public async Task<OrderUpdates> Join(OrderPump pump)
    {
        ImmutableInterlocked.Update(ref pumps, list => list.Add(pump));
        await Listen(anew: false);
        var newest = await Grain.Watch();
        Volatile.Write(ref heard, Math.Max(newest.LastSeq, Volatile.Read(ref heard)));
        return newest;
    }

    public void Leave(OrderPump pump) => ImmutableInterlocked.Update(ref pumps, list => list.Remove(pump));

    /// <summary>Renews the lease, and tells the pumps the newest number. Subscribes anew when the stream was silent about something.</summary>
    public async Task Renew()
    {
        var newest = await Grain.Watch();
        if (expected > Volatile.Read(ref heard))
        {
            await Listen(anew: true);
            Volatile.Write(ref heard, newest.LastSeq);
        }

        expected = newest.LastSeq;
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
            closed = true;
            await Unsubscribe();
        }
        finally
        {
            opening.Release();
        }
    }

    private async Task Listen(bool anew)
    {
        await opening.WaitAsync();
        try
        {
            if (anew)
            {
                await Unsubscribe();
            }

            if (!closed)
            {
                subscription ??= await cluster.GetStreamProvider(Streams.Provider)
                    .GetStream<AccountNotice>(StreamId.Create(Streams.Account, Account))
                    .SubscribeAsync(Hear);
            }
        }
        finally
        {
            opening.Release();
        }
    }

    private async Task Unsubscribe()
    {
        if (subscription is { } open)
        {
            subscription = null;
            await open.UnsubscribeAsync();
        }
    }

    private Task Hear(AccountNotice notice, StreamSequenceToken? token)
    {
        if (notice.Updates.Count > 0)
        {
            Volatile.Write(ref heard, notice.Updates[^1].Seq);
        }

        foreach (var pump in pumps)
        {
            pump.Hear(notice);
        }

        return Task.CompletedTask;
    }
}
