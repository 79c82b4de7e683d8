using Bourse.Domain.Accounts;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Grains.Journal;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Bourse.Grains.Accounts;

/// <summary>
/// An account's numbered order events: published while somebody listens, and told again from memory or, when they are
/// older, from the journal.
/// </summary>
internal sealed class OrderChannel(string account, string stream, IJournal journal, IStreamProvider streams, TimeProvider time, ILogger log)
{
    private const int RowsPerRead = 1_000;

    // About 100 ms of folding: beyond it a client reloads the state instead.
    private const int MaxRowsFolded = 50_000;
    private static readonly TimeSpan s_watchLease = TimeSpan.FromSeconds(60);

    private readonly RememberedUpdates _remembered = new();
    private readonly IAsyncStream<AccountNotice> _notices = streams.GetStream<AccountNotice>(StreamId.Create(Streams.Account, account));
    private long _watchedSince;
    private bool _watched;
    private List<OrderUpdate>? _untold;
    private List<string>? _untoldSymbols;

    /// <summary>Somebody listens for the next 60 s.</summary>
    public void Watch()
    {
        _watchedSince = time.GetTimestamp();
        _watched = true;
    }

    /// <summary>Where a turn puts what the channel is to tell; null when nobody listens.</summary>
    public List<OrderUpdate>? Listen()
    {
        if (_watched && time.GetElapsedTime(_watchedSince) >= s_watchLease)
        {
            _watched = false;
            _remembered.Clear();
        }

        return _watched ? [] : null;
    }

    /// <summary>Keeps updates that are to be told once they are durable, in order; the list is the channel's from then on.</summary>
    public void Add(List<OrderUpdate> updates, string symbol)
    {
        if (_untold is null)
        {
            (_untold, _untoldSymbols) = (updates, [symbol]);
            return;
        }

        _untold.AddRange(updates);
        if (!_untoldSymbols!.Contains(symbol))
        {
            _untoldSymbols.Add(symbol);
        }
    }

    /// <summary>Takes out what was added, to be published after a commit that begins now. Null when there is nothing.</summary>
    public AccountNotice? Take()
    {
        var notice = _untold is null ? null : new AccountNotice(account, _untold, _untoldSymbols!, BalancesChanged: true);
        (_untold, _untoldSymbols) = (null, null);
        return notice;
    }

    /// <summary>Tells what is durable now.</summary>
    public void Publish(AccountNotice? notice)
    {
        if (notice is null)
        {
            return;
        }

        // Where nobody listened before, or a turn that waited for missing reports was overtaken by another, what is between stands in the journal.
        foreach (var update in notice.Updates)
        {
            _remembered.Add(update);
        }

        _ = PublishNotice(notice);
    }

    public void PublishBalances()
    {
        if (Listen() is not null)
        {
            _ = PublishNotice(new AccountNotice(account, [], [], BalancesChanged: true));
        }
    }

    /// <summary>Updates after a number, at most <paramref name="max"/>.</summary>
    /// <param name="lastSeq">The newest number that is durable.</param>
    public async Task<OrderUpdates> Read(long afterSeq, int max, long lastSeq)
    {
        if (afterSeq >= lastSeq)
        {
            return new OrderUpdates([], lastSeq, false, journal.Epoch);
        }

        if (_remembered.HasAllAfter(afterSeq) && _remembered.Newest >= lastSeq)
        {
            return new OrderUpdates(_remembered.After(afterSeq, max), lastSeq, false, journal.Epoch);
        }

        var updates = await Fold(afterSeq, max);
        return new OrderUpdates(updates ?? [], lastSeq, updates is null, journal.Epoch);
    }

    // Null when it would take too much: the start is too far behind every snapshot.
    private async Task<List<OrderUpdate>?> Fold(long afterSeq, int max)
    {
        var snapshot = await journal.FindSnapshot(stream, afterSeq, CancellationToken.None);
        var past = snapshot is null ? new Account(account) : Account.Load(account, snapshot.State);
        var updates = new List<OrderUpdate>();
        for (var folded = 0; folded < MaxRowsFolded;)
        {
            var rows = await journal.Read(stream, past.Version + 1, RowsPerRead, CancellationToken.None);
            foreach (var row in rows)
            {
                ReadOnlySpan<byte> payload = row.Payload;
                var known = past.Version + 1 - row.Version;
                for (var i = 0; i < row.Count; i++)
                {
                    var e = AccountEventCodec.Read(ref payload);
                    if (i < known)
                    {
                        continue;
                    }

                    past.Apply(e);
                    if (past.TryDescribe(e, out var update) && update.Seq > afterSeq)
                    {
                        updates.Add(AccountViews.View(update));
                    }
                }

                if (updates.Count >= max)
                {
                    return updates.Count == max ? updates : updates[..max];
                }
            }

            folded += rows.Count;
            if (rows.Count < RowsPerRead)
            {
                return updates;
            }
        }

        return updates.Count > 0 ? updates : null;
    }

    private async Task PublishNotice(AccountNotice notice)
    {
        try
        {
            await _notices.OnNextAsync(notice);
        }
        catch (Exception lost)
        {
            AccountLog.NoticeLost(log, lost);
        }
    }
}
