using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Live.Frames;
using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Live.Quotes;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bourse.ApiHost.Live;

/// <summary>One connection of the hub and what it has under way: its outbox of quotes and its order channel.</summary>
public sealed partial class HubSession : LiveConnection, IAsyncDisposable
{
    private readonly HubConnectionContext line;
    private readonly FrameStream frames;
    private readonly QuoteFanOut quotes;
    private readonly SemaphoreSlim changing = new(1);
    private OrderPump? pump;
    private AccountNews? news;
    private bool ended;

    public HubSession(HubConnectionContext line, FrameStream frames, Caller? caller, LiveSession? signIn, QuoteFanOut quotes, LiveOptions options)
        : base(caller)
    {
        this.line = line;
        this.frames = frames;
        this.quotes = quotes;
        SignIn = signIn;
        Outbox = new QuoteOutbox(Send, line.Abort, options.DefaultIntervalMs, (long)options.StallTimeout.TotalMilliseconds);
    }

    /// <summary>The sign-in that it stands on; null without one and with an API key.</summary>
    public LiveSession? SignIn { get; }

    public QuoteOutbox Outbox { get; }

    /// <summary>Called once, when the connection has been let in.</summary>
    public void Begin()
    {
        if (User is { } user)
        {
            Outbox.TrySignIn(user);
        }
    }

    public override Task Leave() => line.WriteAsync(new CloseMessage(error: null, allowReconnect: true)).AsTask();

    public override void Abort() => line.Abort();

    /// <summary>Begins the order channel, in place of the one that there was.</summary>
    public async Task<OrderChannelJson> BeginOrders(Caller caller, long? afterSeq, IServiceProvider services)
    {
        await changing.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(ended, this);
            await EndOrders();
            var account = services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(caller.Account);
            news = ActivatorUtilities.CreateInstance<AccountNews>(services, account, line);
            news.Start();
            pump = ActivatorUtilities.CreateInstance<OrderPump>(services, caller.Account, line, news);
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
            await EndWatches();
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

    private ValueTask Send(IReadOnlyList<QuoteFragment> batch)
    {
        var frame = new TextFrame(PriceUpdate.LengthOf(batch));
        PriceUpdate.Write(batch, frame.Payload);
        return frames.Send(frame);
    }
}
