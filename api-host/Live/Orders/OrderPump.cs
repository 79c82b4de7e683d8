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
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as the three that follow.</summary>
    private readonly Queue<AccountNotice> queue = new();
    private bool started;

    /// <summary>Somebody sends; what comes meanwhile waits in the queue.</summary>
    private bool sending;
    private TaskCompletionSource? sent;
    private AccountChannel? channel;
    private long epoch;

    /// <summary>The last number sent. Owned by the one who sends.</summary>
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
        lock (guard)
        {
            started = sending = true;
        }

        _ = Task.Run(() => Begin(state.LastSeq));
        return new OrderChannelJson(state.LastSeq, state.Epoch);
    }

    /// <summary>Takes what the stream brings, and sends it before it comes back where nothing is waited for.</summary>
    public void Hear(AccountNotice notice)
    {
        if (notice.Updates.Count > 0)
        {
            Raise(notice.Updates[^1].Seq);
        }

        Add(notice);
    }

    /// <summary>Tells that the account has come this far.</summary>
    public void Remind(long lastSeq)
    {
        if (lastSeq > Volatile.Read(ref last))
        {
            Raise(lastSeq);
            Add(new AccountNotice(account, [], [], false));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Sent();
        if (channel is { } joined)
        {
            joined.Leave(this);
            await channels.GiveBack(joined);
        }

        stopping.Dispose();
    }

    private void Add(AccountNotice notice)
    {
        lock (guard)
        {
            if (queue.Count == QueueLength)
            {
                queue.Dequeue(); // read from the account
            }

            queue.Enqueue(notice);
            if (sending || !started)
            {
                return;
            }

            sending = true;
        }

        _ = SendAll();
    }

    private async Task Begin(long lastAtStart)
    {
        try
        {
            if (last > lastAtStart)
            {
                await Resync(lastAtStart); // numbers of another journal
            }

            await CatchUp();
        }
        catch (OperationCanceledException)
        {
            // the connection has ended
        }

        await SendAll();
    }

    // Begun in the stream's turn, which it must not keep: it goes on elsewhere as soon as it waits.
    private async Task SendAll()
    {
        while (Next() is { } notice)
        {
            try
            {
                await Take(notice).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // the connection has ended
            }
            catch (Exception e)
            {
                LogRetry(log, e.GetType().Name); // the gap is seen with the next event
            }
        }
    }

    private AccountNotice? Next()
    {
        lock (guard)
        {
            if (!stopping.IsCancellationRequested && queue.TryDequeue(out var notice))
            {
                return notice;
            }

            sending = false;
            sent?.SetResult();
            sent = null;
            return null;
        }
    }

    /// <summary>Completes when nobody sends any more; nobody begins to, once this is being stopped.</summary>
    private Task Sent()
    {
        lock (guard)
        {
            started = false;
            return sending ? (sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    private bool IsLast()
    {
        lock (guard)
        {
            return queue.Count == 0;
        }
    }

    private async Task Take(AccountNotice notice)
    {
        foreach (var update in notice.Updates)
        {
            if (update.Seq > last + 1)
            {
                await CatchUp().ConfigureAwait(false);
            }

            if (update.Seq == last + 1)
            {
                await Send(update).ConfigureAwait(false);
            }
        }

        if (Volatile.Read(ref newest) > last && IsLast())
        {
            await CatchUp().ConfigureAwait(false);
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
                var page = await channel!.Grain.ReadOrderUpdates(last, PageLength).ConfigureAwait(false);
                if (page.TooFarBehind || page.Epoch != epoch)
                {
                    epoch = page.Epoch;
                    await Resync(page.LastSeq).ConfigureAwait(false);
                    return;
                }

                foreach (var update in page.Updates)
                {
                    await Send(update).ConfigureAwait(false);
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
                await Task.Delay(RetryPause, clock, stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task Send(OrderUpdate update)
    {
        stopping.Token.ThrowIfCancellationRequested();
        await line.WriteAsync(new InvocationMessage("order_update", [new OrderUpdateText(update, epoch, shape.TickSize(update.Order.Symbol))]), stopping.Token).ConfigureAwait(false);
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
