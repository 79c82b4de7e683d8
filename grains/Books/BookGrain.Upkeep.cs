using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Books;

/// <summary>What a book does by itself as time goes by.</summary>
public sealed partial class BookGrain
{
    private static readonly TimeSpan s_stay = TimeSpan.FromMinutes(5);

    // What was kept last (0: whatever an activation before had kept), and the state of the book that was looked at for it.
    private long _keptDeadlineMs;
    private long _deadlineVersion = -1;

    private async Task Upkeep(CancellationToken cancellation)
    {
        _pump.DeliverOverdue();
        await KeepDeadline();
        try
        {
            await KeepHalt();
        }
        catch (Exception away) when (Outage.Is(away))
        {
            BookLog.UpkeepFailed(log, Symbol, away);
        }

        if (_book.NextExpiryMs != long.MaxValue)
        {
            // Orders that end at a time of their own need somebody who looks at the clock.
            DelayDeactivation(s_stay);
        }

        Instrument? instrument = null;
        var sessionEnds = _book.SessionEndMs != 0 && NowMs >= _book.SessionEndMs && catalogue.TryGet(Symbol, out instrument);
        if (!sessionEnds && !_book.HasTrailed && _book.NextExpiryMs > NowMs)
        {
            return;
        }

        try
        {
            BeginChange();
            EndDue();
            if (_book.HasTrailed)
            {
                await Do(static (book, nowMs, events) => book.TellTrails(nowMs, events));
            }

            if (sessionEnds)
            {
                var calendar = SessionCalendar.Get(instrument!.Calendar);
                await Do((book, nowMs, events) => book.EndSession(nowMs, calendar.NextClose(nowMs), events));
            }
        }
        catch (JournalUnavailableException away)
        {
            // It is tried again at the next upkeep, by this activation or the next.
            BookLog.UpkeepFailed(log, Symbol, away);
        }
    }

    /// <summary>Has the book woken at the time at which orders end, should it sleep then. To be woken for nothing does no harm: a later time is kept only
    /// when the earlier one is over, so that orders that come and go cost nothing.</summary>
    private async Task KeepDeadline()
    {
        var (version, isOver) = (CommittedVersion, _keptDeadlineMs <= NowMs);
        if (version == _deadlineVersion && !isOver)
        {
            return;
        }

        var dueMs = _book.FindDeadlineMs();
        try
        {
            if (dueMs < _keptDeadlineMs || (isOver && dueMs != _keptDeadlineMs))
            {
                await deadlines.Set(Symbol, dueMs);
                _keptDeadlineMs = dueMs;
            }

            _deadlineVersion = version;
        }
        catch (JournalUnavailableException away)
        {
            BookLog.DeadlineNotKept(log, Symbol, away);
        }
    }

    /// <summary>Ends the orders whose time has come: before anything else happens to the book.</summary>
    private void EndDue()
    {
        if (_book.NextExpiryMs != long.MaxValue && _book.NextExpiryMs <= NowMs)
        {
            _ = EndNow();
        }

        async Task EndNow()
        {
            try
            {
                await Do(static (book, nowMs, events) => book.ExpireDue(nowMs, events));
            }
            catch (JournalUnavailableException away)
            {
                BookLog.UpkeepFailed(log, Symbol, away);
            }
        }
    }

    /// <summary>Changes the book, and tells the accounts concerned once that is durable.</summary>
    private async Task Do(Action<TradingBook, long, System.Buffers.IBufferWriter<byte>> change)
    {
        Change(
            static (book, act, nowMs, events) =>
            {
                act(book, nowMs, events);
                return CommandResult.Taken;
            },
            change);
        var touched = TakeTouched();
        _trades.Add(_book.Version, _book.Trades);
        NoteTrades();
        await Commit();
        _trades.Release(CommittedVersion);
        foreach (var (account, upTo) in touched)
        {
            _pump.MarkDurable(account, upTo);
            _pump.Deliver(account);
        }
    }
}
