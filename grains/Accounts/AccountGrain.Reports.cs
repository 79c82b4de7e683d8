using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>What goes between the account and its books: numbered commands out, numbered reports in, each applied once.</summary>
public sealed partial class AccountGrain
{
    /// <summary>What came while commands were sent again is out of order at the book, so it is sent again too, until the account has caught up.</summary>
    private const int MaxResolveRounds = 100;

    private static readonly TimeSpan s_resolvePause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_resolveInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_catchUpPatience = TimeSpan.FromSeconds(1);

    // For the turn that runs on the thread: an account's own would mostly have to be fetched from memory.
    [ThreadStatic]
    private static List<BookReport>? t_reports;

    [ThreadStatic]
    private static List<AccountEvent>? t_taken;

    // By the numbers of the symbols that the account trades.
    private BookLine?[] _lines = [];
    private IGrainTimer? _resolveTimer;
    private bool _resolving;
    private bool _tellsSoon;

    // Until the books of open orders have been asked once, when there are any at the activation.
    private TaskCompletionSource? _catchingUp;

    public async Task<ReportsTaken> ApplyReports(string symbol, IReadOnlyList<Report> reports)
    {
        BeginChange();
        var updates = _channel.Listen();
        Take(symbol, reports, updates);
        await Settle(symbol, updates, Journal.IsBusy);
        return new ReportsTaken(_account.LastReport(symbol), Line(symbol).Durable(CommittedVersion));
    }

    public async Task Resolve()
    {
        ThrowIfFaulted();
        await ResolveAll();
        WatchSoon();
    }

    private BookLine Line(string symbol)
    {
        var number = _account.NumberOf(symbol);
        if (number < 0)
        {
            return new BookLine(symbol, 0); // nothing comes of it before the account has ordered
        }

        if (number >= _lines.Length)
        {
            Array.Resize(ref _lines, Math.Max(4, number * 2));
        }

        return _lines[number] ??= new BookLine(symbol, _account.LastReport(symbol));
    }

    // A reference that is kept knows the way.
    private IExecutionVenue VenueOf(BookLine line, Instrument instrument) => line.Venue ??= instrument.Venue is null
        ? (IExecutionVenue)GrainFactory.GetGrain<IBookGrain>(line.Symbol)
        : GrainFactory.GetGrain<IVenueGrain>(line.Symbol);

    private async ValueTask<IExecutionVenue> VenueOf(BookLine line) => line.Venue
        ?? VenueOf(line, await catalogue.Find(line.Symbol) ?? throw new JournalUnavailableException($"the catalogue does not know {line.Symbol} yet"));

    /// <summary>
    /// What an account that was just activated tells: its journal may lack what its books have journaled, and may have been told by it before a
    /// crash. Books that do not answer soon are not waited for.
    /// </summary>
    private async ValueTask CatchUp()
    {
        if (_catchingUp is { } running)
        {
            await running.Task.WaitAsync(s_catchUpPatience, time).ConfigureAwait(WithoutThrowing);
            ThrowIfFaulted();
        }
    }

    /// <summary>
    /// Reports are in their book's stream, which tells them until they are acknowledged: while the journal is busy they wait for the account's next
    /// commit, and so does what the numbered channel tells of them, for a beat that is quicker.
    /// </summary>
    private async ValueTask Settle(string symbol, List<OrderUpdate>? updates, bool mayWait)
    {
        if (updates is { Count: > 0 })
        {
            _channel.Add(updates, symbol);
        }

        if (!mayWait)
        {
            await CommitAndTell();
        }
        else if (updates is null)
        {
            CommitSoon(pacer);
        }
        else if (!_tellsSoon)
        {
            _tellsSoon = true;
            _ = TellAtBeat();
        }
    }

    private async Task CommitAndTell()
    {
        var notice = _channel.Take();
        await Commit();
        _channel.Publish(notice);
    }

    private async Task TellAtBeat()
    {
        await pacer.NextQuickBeat();
        _tellsSoon = false;
        try
        {
            await CommitAndTell();
        }
        catch (JournalUnavailableException)
        {
            // The grain is at fault, which tells everybody; who listens finds a gap, and asks.
        }
    }

    private async Task TakeAnswer(string symbol, BookAnswer answer)
    {
        var updates = await TakeReports(symbol, answer);
        await Settle(symbol, updates, Journal.IsBusy);
    }

    /// <summary>Takes all reports that an answer brings or counts.</summary>
    /// <returns>What the channel tells of them; null when nobody listens.</returns>
    private async ValueTask<List<OrderUpdate>?> TakeReports(string symbol, BookAnswer answer)
    {
        ThrowIfFaulted();
        var updates = _channel.Listen();
        Take(symbol, answer.Reports, updates);
        if (_account.LastReport(symbol) < answer.LastReport)
        {
            await FetchMissing(symbol, updates);
        }

        return updates;
    }

    // Reports that an answer counts and neither it nor an earlier delivery brought.
    private async Task FetchMissing(string symbol, List<OrderUpdate>? updates)
    {
        var line = Line(symbol);
        var missing = await (await VenueOf(line)).GetReports(Id, line.Durable(CommittedVersion));
        ThrowIfFaulted();
        Take(symbol, missing.Reports, updates);
    }

    /// <summary>Applies what is new of the reports; what the channel tells of it, as the order is then, is added to a list while somebody listens.</summary>
    private void Take(string symbol, IReadOnlyList<Report> reports, List<OrderUpdate>? updates)
    {
        if (reports.Count == 0)
        {
            return;
        }

        var line = Line(symbol);
        var (domainReports, taken) = (t_reports ??= [], t_taken ??= []);
        domainReports.Clear();
        taken.Clear();
        for (var i = 0; i < reports.Count; i++)
        {
            domainReports.Add(reports[i].ToDomain());
        }

        try
        {
            _account.TakeReports(symbol, CollectionsMarshal.AsSpan(domainReports), taken, updates is null ? null : updates.Take);
            foreach (var e in taken)
            {
                AccountEventCodec.Write(Events, e);
            }

            line.Apply(_account.LastReport(symbol), StateVersion, CommittedVersion);
        }
        catch (Exception broken)
        {
            Fault(broken);
            throw;
        }
    }

    private void ResolveSoon() => ResolveAfter(s_resolvePause);

    private void ResolveAfter(TimeSpan pause) => _resolveTimer ??= this.RegisterGrainTimer(
        ResolveAll, new GrainTimerCreationOptions(pause, s_resolveInterval) { Interleave = true, KeepAlive = true });

    /// <summary>Asks the books of open orders for reports, and sends what they have not answered again, in the order of the numbers.</summary>
    private async Task ResolveAll()
    {
        if (_resolving)
        {
            return;
        }

        _resolving = true;
        try
        {
            foreach (var symbol in _account.GetOpenOrders().Select(o => o.Symbol).Distinct().ToArray())
            {
                await ResolveBook(symbol);
            }

            if (_account.UnresolvedSymbols().Count == 0)
            {
                _resolveTimer?.Dispose();
                _resolveTimer = null;
            }
        }
        catch (Exception away) when (Outage.Is(away))
        {
            // The timer asks again.
            AccountLog.BookUnavailable(log, "", away);
        }
        finally
        {
            _resolving = false;
            _catchingUp?.SetResult();
            _catchingUp = null;
        }
    }

    private async Task ResolveBook(string symbol)
    {
        BeginChange();
        var instrument = await catalogue.Find(symbol)
            ?? throw new JournalUnavailableException($"the catalogue does not know {symbol} yet");
        var line = Line(symbol);
        var answer = await (await VenueOf(line)).GetReports(Id, line.Durable(CommittedVersion));
        await TakeAnswer(symbol, answer);
        var next = answer.ExpectedCommand;
        for (var round = 0; round < MaxResolveRounds; round++)
        {
            var unresolved = _account.UnresolvedCommands(symbol).Where(pending => pending.CommandNumber >= next).ToArray();
            if (unresolved.Length == 0)
            {
                return;
            }

            await Commit();
            foreach (var pending in unresolved)
            {
                var acknowledged = line.Durable(CommittedVersion);
                var resent = pending.Order is { } order
                    ? await VenueOf(line, instrument).Submit(BookCommands.Order(_account, order, instrument, acknowledged))
                    : await VenueOf(line, instrument).Replace(BookCommands.Replace(Id, pending, instrument, acknowledged));
                await TakeAnswer(symbol, resent);
                next = pending.CommandNumber + 1;
            }
        }
    }
}
