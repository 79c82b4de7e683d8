using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>What goes between the account and its books: numbered commands out, numbered reports in, each applied once.</summary>
public sealed partial class AccountGrain
{
    private static readonly TimeSpan s_resolveInterval = TimeSpan.FromSeconds(1);

    // Of the symbols that the account trades.
    private readonly Dictionary<string, IBookGrain> _books = new(StringComparer.Ordinal);
    private readonly List<BookReport> _reports = [];
    private readonly List<AccountEvent> _taken = [];
    private IGrainTimer? _resolveTimer;
    private bool _resolving;

    public async Task<long> ApplyReports(string symbol, IReadOnlyList<Report> reports)
    {
        BeginChange();
        var updates = _channel.Listen();
        Take(symbol, reports, updates);
        var applied = _account.LastReport(symbol);
        await Commit();
        Publish(updates, symbol);
        return applied;
    }

    public async Task Resolve()
    {
        ThrowIfFaulted();
        await ResolveAll();
    }

    // A reference that is kept knows the way.
    private IBookGrain Book(string symbol)
    {
        if (!_books.TryGetValue(symbol, out var book))
        {
            book = GrainFactory.GetGrain<IBookGrain>(symbol);
            _books.Add(symbol, book);
        }

        return book;
    }

    // Comes back when what the account knows then is durable.
    private async Task TakeAnswer(string symbol, BookAnswer answer)
    {
        ThrowIfFaulted();
        var updates = _channel.Listen();
        Take(symbol, answer.Reports, updates);
        if (_account.LastReport(symbol) < answer.LastReport)
        {
            await FetchMissing(symbol, updates);
        }

        await Commit();
        Publish(updates, symbol);
    }

    // Reports that an answer counts and neither it nor an earlier delivery brought.
    private async Task FetchMissing(string symbol, List<ChannelUpdate>? updates)
    {
        var missing = await Book(symbol).GetReports(Id, _account.LastReport(symbol));
        ThrowIfFaulted();
        Take(symbol, missing.Reports, updates);
    }

    /// <summary>Applies what is new of the reports; what the channel tells of it is added to a list while somebody listens.</summary>
    private void Take(string symbol, IReadOnlyList<Report> reports, List<ChannelUpdate>? updates)
    {
        if (reports.Count == 0)
        {
            return;
        }

        _reports.Clear();
        for (var i = 0; i < reports.Count; i++)
        {
            _reports.Add(reports[i].ToDomain());
        }

        try
        {
            _taken.Clear();
            _account.TakeReports(symbol, CollectionsMarshal.AsSpan(_reports), _taken, updates);
            foreach (var e in _taken)
            {
                AccountEventCodec.Write(Events, e);
            }
        }
        catch (Exception broken)
        {
            Fault(broken);
            throw;
        }
    }

    // Durable now.
    private void Publish(List<ChannelUpdate>? updates, string symbol)
    {
        if (updates is { Count: > 0 })
        {
            _channel.Publish(updates, symbol);
        }
    }

    private void ResolveSoon() => _resolveTimer ??= this.RegisterGrainTimer(
        ResolveAll,
        new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(50), s_resolveInterval) { Interleave = true, KeepAlive = true });

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
        }
    }

    private async Task ResolveBook(string symbol)
    {
        BeginChange();
        var instrument = await catalogue.Find(symbol)
            ?? throw new JournalUnavailableException($"the catalogue does not know {symbol} yet");
        var book = Book(symbol);
        var answer = await book.GetReports(Id, _account.LastReport(symbol));
        await TakeAnswer(symbol, answer);
        foreach (var pending in _account.UnresolvedCommands(symbol).ToArray())
        {
            if (pending.CommandNumber < answer.ExpectedCommand)
            {
                continue;
            }

            var acknowledged = _account.LastReport(symbol);
            var resent = pending.Order is { } order
                ? await book.Submit(BookCommands.Order(Id, order, instrument, acknowledged))
                : await book.Replace(BookCommands.Replace(Id, pending, instrument, acknowledged));
            await TakeAnswer(symbol, resent);
        }
    }
}
