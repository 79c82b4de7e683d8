using Bourse.Domain.Books;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Journal;
using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Books;

/// <summary>
/// Brings each account the reports of one book, in order, with one delivery under way an account. What an answer carries is
/// not sent again; what is not acknowledged in time is. An account acknowledges what is durable with it, which comes with its next command or delivery.
/// </summary>
internal sealed class ReportPump(string symbol, IGrainFactory grains, TimeProvider time, ILogger log)
{
    private const int MaxReportsPerCall = 1_000;
    private static readonly TimeSpan s_redeliverFailedAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_redeliverAfter = TimeSpan.FromSeconds(10);

    // By the number of the account, from 1.
    private readonly List<Delivery?> _deliveries = [];
    private readonly List<Delivery> _unacknowledged = [];
    private long _lookedAt = time.GetTimestamp();

    /// <summary>Says that the account's reports up to a number are durable and may be told.</summary>
    public void MarkDurable(BookAccount account, long upTo)
    {
        var delivery = DeliveryTo(account);
        delivery.Durable = Math.Max(delivery.Durable, upTo);
        if (!delivery.IsListed && delivery.Durable > account.Acknowledged)
        {
            delivery.IsListed = true;
            _unacknowledged.Add(delivery);
        }
    }

    /// <summary>The answer to a command after its commit, with the account's reports that it made; to a command that was known or refused, with all that the account lacks.</summary>
    /// <param name="account">Null: it never sent a command that was taken.</param>
    /// <param name="nextCommand">The command that is expected next.</param>
    /// <param name="upTo">The account's newest report in that commit.</param>
    /// <param name="acknowledged">The newest report that the account has.</param>
    /// <param name="commitRun">As in <see cref="BookAnswer"/>.</param>
    public BookAnswer Answer(CommandResult result, BookAccount? account, long nextCommand, long upTo, long acknowledged, long commitRun = 0)
    {
        Report[] reports = [];
        if (account is not null)
        {
            MarkDurable(account, upTo);
            reports = result == CommandResult.Taken ? Take(account, DeliveryTo(account).Sent, upTo) : Take(account, acknowledged, DeliveryTo(account).Durable);
        }

        var kind = result switch
        {
            CommandResult.OutOfOrder => BookAnswerKind.OutOfOrder,
            CommandResult.NotOpen => BookAnswerKind.NotOpen,
            _ => BookAnswerKind.Done,
        };
        return new BookAnswer(kind, nextCommand, reports, upTo, commitRun);
    }

    /// <summary>Gives an account what it lacks, once <paramref name="commit"/> has made it durable.</summary>
    /// <param name="after">The newest report that the account has; at most the newest there is.</param>
    public async Task<BookAnswer> GetReports(BookAccount? account, long after, Func<PendingCommit> commit)
    {
        if (account is null)
        {
            return new BookAnswer(BookAnswerKind.Done, 1, [], 0);
        }

        var (command, upTo) = (account.LastCommand, account.LastReport);
        await commit();
        account.Acknowledge(after);
        MarkDurable(account, upTo);
        return new BookAnswer(BookAnswerKind.Done, command + 1, Take(account, after, DeliveryTo(account).Durable), upTo);
    }

    /// <summary>Begins to deliver what is durable and unsent, if nothing is under way to the account.</summary>
    public void Deliver(BookAccount account)
    {
        var delivery = DeliveryTo(account);
        if (!delivery.UnderWay && delivery.Sent < delivery.Durable)
        {
            delivery.UnderWay = true;
            _ = DeliverAll(delivery);
        }
    }

    /// <summary>Sends again what was sent long ago and never acknowledged. Looks seldom: most accounts of a busy book have something on its way.</summary>
    public void DeliverOverdue()
    {
        if (time.GetElapsedTime(_lookedAt) < s_redeliverFailedAfter)
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        _unacknowledged.RemoveAll(static delivery => !(delivery.IsListed = delivery.Account.Acknowledged < delivery.Durable));
        foreach (var delivery in _unacknowledged.ToArray())
        {
            if (!delivery.UnderWay && time.GetElapsedTime(delivery.SentAt) > (delivery.HasFailed ? s_redeliverFailedAfter : s_redeliverAfter))
            {
                delivery.Sent = delivery.Account.Acknowledged;
                Deliver(delivery.Account);
            }
        }
    }

    private async Task DeliverAll(Delivery delivery)
    {
        var account = delivery.Account;
        try
        {
            while (delivery.Sent < delivery.Durable)
            {
                var from = delivery.Sent;
                var upTo = Math.Min(delivery.Durable, Math.Max(from, account.Acknowledged) + MaxReportsPerCall);
                var reports = Copy(account, from, upTo);
                delivery.MarkSent(upTo, time.GetTimestamp());
                if (reports.Length == 0)
                {
                    continue;
                }

                var taken = await delivery.Grain.ApplyReports(symbol, reports);
                account.Acknowledge(Math.Min(taken.Durable, delivery.Durable));
                delivery.HasFailed = taken.Applied < reports[0].Number - 1;
                if (delivery.HasFailed)
                {
                    // The account lacks reports from before: they are sent again from there when they are overdue.
                    return;
                }
            }
        }
        catch (Exception away)
        {
            // The account is away: the reports stay in the outbox and are sent again when they are overdue.
            delivery.HasFailed = true;
            BookLog.DeliveryFailed(log, symbol, away);
        }
        finally
        {
            delivery.UnderWay = false;
        }
    }

    private Report[] Take(BookAccount account, long after, long upTo)
    {
        DeliveryTo(account).MarkSent(upTo, time.GetTimestamp());
        return Copy(account, after, upTo);
    }

    private static Report[] Copy(BookAccount account, long after, long upTo)
    {
        var span = account.ReportsBetween(after, upTo);
        var reports = span.IsEmpty ? [] : new Report[span.Length];
        for (var i = 0; i < reports.Length; i++)
        {
            reports[i] = Report.From(span[i]);
        }

        return reports;
    }

    private Delivery DeliveryTo(BookAccount account)
    {
        while (_deliveries.Count < account.Number)
        {
            _deliveries.Add(null);
        }

        return _deliveries[account.Number - 1] ??= new Delivery(account, grains.GetGrain<IAccountGrain>(account.Id));
    }

    private sealed class Delivery(BookAccount account, IAccountGrain grain)
    {
        public BookAccount Account { get; } = account;

        public IAccountGrain Grain { get; } = grain;

        /// <summary>May be told up to here.</summary>
        public long Durable { get; set; } = account.Acknowledged;

        /// <summary>Was told up to here, in an answer or a delivery.</summary>
        public long Sent { get; set; } = account.Acknowledged;

        public long SentAt { get; private set; }

        public bool UnderWay { get; set; }

        /// <summary>Stands among those that may have something unacknowledged.</summary>
        public bool IsListed { get; set; }

        /// <summary>The newest delivery did not arrive.</summary>
        public bool HasFailed { get; set; }

        public void MarkSent(long upTo, long now)
        {
            Sent = Math.Max(Sent, upTo);
            SentAt = now;
        }
    }
}
