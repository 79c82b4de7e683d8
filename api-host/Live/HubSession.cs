using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Orders;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <summary>What one connection has under way: its outbox of quotes and its order channel. Ends with the connection.</summary>
public sealed partial class HubSession(QuoteOutbox outbox, QuoteFanOut quotes, FlushWheel wheel) : IAsyncDisposable
{
    private readonly SemaphoreSlim changing = new(1);
    private OrderPump? pump;
    private AccountNews? news;
    private int flushed;
    private bool ended;

    public QuoteOutbox Outbox { get; } = outbox;

    /// <summary>Lets the outbox be flushed, from its first subscription on.</summary>
    public void BeginFlushing()
    {
        if (Interlocked.Exchange(ref flushed, 1) == 0)
        {
            wheel.Add(Outbox);
        }
    }

    /// <summary>Begins the order channel, in place of the one that there was.</summary>
    public async Task<OrderChannelJson> BeginOrders(Caller caller, long? afterSeq, ISingleClientProxy client, IServiceProvider services)
    {
        await changing.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(ended, this);
            await EndOrders();
            var account = services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(caller.Account);
            news = ActivatorUtilities.CreateInstance<AccountNews>(services, account, client);
            news.Start();
            pump = ActivatorUtilities.CreateInstance<OrderPump>(services, caller.Account, client, news);
            return await pump.Start(afterSeq);
        }
        finally
        {
            changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        quotes.Close(Outbox);
        await changing.WaitAsync();
        try
        {
            ended = true;
            await EndDepths();
            await EndOrders();
        }
        finally
        {
            changing.Release();
        }
    }

    private async Task EndOrders()
    {
        if (pump is { } oldPump)
        {
            pump = null;
            await oldPump.DisposeAsync();
        }

        if (news is { } oldNews)
        {
            news = null;
            await oldNews.DisposeAsync();
        }
    }
}
