using System.Threading.Channels;
using Bourse.ApiHost.Orders;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bourse.ApiHost.Live.Orders;

/// <summary>
/// Sends one connection its account's order events in order, each once: first what comes after the number it asked for, then what happens. What the
/// stream brings is only taken when it is the next number; a gap is read from the account. Its queue is bounded: what does not
/// fit is read from the account too.
/// </summary>
public sealed partial class OrderPump(
    AccountChannels channels, string account, HubConnectionContext line, OrderShape shape, AccountNews news, TimeProvider clock, ILogger<OrderPump> log) : IAsyncDisposable
{
    private const int QueueLength = 256;
    private const int PageLength = 500;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private readonly Channel<AccountNotice> queue = Channel.CreateBounded<AccountNotice>(
        new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private AccountChannel? channel;
    private Task running = Task.CompletedTask;
    private long epoch;

    /// <summary>The last number sent. Owned by the running loop.</summary>
    private long last;

    /// <summary>The newest number that the account is known to have; raised by anyone.</summary>
    private long newest;

    /// <summary>Begins to send.</summary>
    /// <param name="afterSeq">Null = only what happens from now on.</param>
    public async Task<OrderChannelJson> Start(long? afterSeq)
    {
        channel = channels.Take(account);
        var state = await channel.Join(this);
        epoch = state.Epoch;
        last = afterSeq ?? state.LastSeq;
        Raise(state.LastSeq);
        running = Task.Run(() => Run(state.LastSeq));
        return new OrderChannelJson(state.LastSeq, state.Epoch);
    }

    /// <summary>Takes what the stream brings.</summary>
    public void Hear(AccountNotice notice)
    {
        if (notice.Updates.Count > 0)
        {
            Raise(notice.Updates[^1].Seq);
        }

        queue.Writer.TryWrite(notice);
    }

    /// <summary>Tells that the account has come this far.</summary>
    public void Remind(long lastSeq)
    {
        if (lastSeq > Volatile.Read(ref last))
        {
            Raise(lastSeq);
            queue.Writer.TryWrite(new AccountNotice(account, [], [], false));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        queue.Writer.TryComplete();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (channel is { } joined)
        {
            joined.Leave(this);
            await channels.GiveBack(joined);
        }

        stopping.Dispose();
    }

    private async Task Run(long lastAtStart)
    {
        try
        {
            if (last > lastAtStart)
            {
                await Resync(lastAtStart); // numbers of another journal
            }

            await CatchUp();
            await foreach (var notice in queue.Reader.ReadAllAsync(stopping.Token))
            {
                await Take(notice);
            }
        }
        catch (OperationCanceledException)
        {
            // the connection has ended
        }
    }

    private async Task Take(AccountNotice notice)
    {
        foreach (var update in notice.Updates)
        {
            if (update.Seq > last + 1)
            {
                await CatchUp();
            }

            if (update.Seq == last + 1)
            {
                await Send(update);
            }
        }

        if (Volatile.Read(ref newest) > last && !queue.Reader.TryPeek(out _))
        {
            await CatchUp();
        }

        if (notice.BalancesChanged || notice.ChangedSymbols.Count > 0)
        {
            news.Tell(notice.ChangedSymbols);
        }
    }

    /// <summary>Reads from the account until the newest known number is sent; tries again for as long as the connection lasts.</summary>
    private async Task CatchUp()
    {
        while (last < Volatile.Read(ref newest))
        {
            try
            {
                var page = await channel!.Grain.ReadOrderUpdates(last, PageLength);
                if (page.TooFarBehind || page.Epoch != epoch)
                {
                    epoch = page.Epoch;
                    await Resync(page.LastSeq);
                    return;
                }

                foreach (var update in page.Updates)
                {
                    await Send(update);
                }

                Raise(page.LastSeq);
                if (page.Updates.Count == 0)
                {
                    return; // the account has not come as far as was told; its next event or the lease's renewal goes on
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogRetry(log, e.GetType().Name);
                await Task.Delay(RetryPause, clock, stopping.Token);
            }
        }
    }

    private async Task Send(OrderUpdate update)
    {
        stopping.Token.ThrowIfCancellationRequested();
        await line.WriteAsync(new InvocationMessage("order_update", [new OrderUpdateText(update, epoch, shape.TickSize(update.Order.Symbol))]), stopping.Token);
        last = update.Seq;
        if (update.Fill is not null)
        {
            news.Tell([update.Order.Symbol]);
        }
    }

    private async Task Resync(long newestSeq)
    {
        await line.WriteAsync(new InvocationMessage("resync", [new ResyncJson("orders")]), stopping.Token);
        last = newestSeq;
        Volatile.Write(ref newest, newestSeq);
    }

    private void Raise(long seq)
    {
        var known = Volatile.Read(ref newest);
        while (seq > known)
        {
            known = Interlocked.CompareExchange(ref newest, seq, known) is var seen && seen == known ? seq : seen;
        }
    }

    [LoggerMessage(EventId = 4032, Level = LogLevel.Warning, Message = "Order events could not be read, tried again: {Reason}")]
    private static partial void LogRetry(ILogger log, string reason);
}
