using Bourse.Domain.Anomalies;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Breakers;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Books;

/// <summary>Halts, auctions and the price band. Orders pay nothing for them: the band moves, and a halt ends, once a second at most, in the upkeep.</summary>
public sealed partial class BookGrain
{
    private const int MaxReason = 500;
    private static readonly TimeSpan s_tellAgain = TimeSpan.FromSeconds(5);

    // Null without a breaker.
    private MovingReference? _reference;
    private decimal _bandReference;
    private SymbolWatch? _watch;
    private long _watchedVersion;

    // The session whose opening was looked at ends then.
    private long _openedUntilMs;

    // An anomaly that the audit log has not taken yet.
    private AuditRecord? _unwritten;
    private BookHalt? _toldHalt;
    private long _toldAt;

    public async Task<AuctionView> GetAuction()
    {
        ThrowIfFaulted();
        var reference = await ReferenceTicks();
        var view = ViewAuction(reference);
        await Commit();
        return view;
    }

    public async Task<AuctionView> Halt(HaltSymbol command)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(command.Reason);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(command.Reason.Length, MaxReason);
        ArgumentOutOfRangeException.ThrowIfNegative(command.Seconds);
        BeginCommand(await FindInstrument());
        var nowMs = NowMs;
        var halt = new BookHalt(command.Code, command.Reason, command.By, nowMs, command.Seconds == 0 ? 0 : nowMs + (command.Seconds * 1_000L));
        await Do((book, _, events) => book.BeginHalt(halt, events));
        await TellHalt();
        return await GetAuction();
    }

    public async Task<AuctionView> Reopen()
    {
        BeginCommand(await FindInstrument());
        await ReopenNow();
        await TellHalt();
        return await GetAuction();
    }

    /// <summary>What time does to halts and bands.</summary>
    private async Task KeepHalt()
    {
        var wasHalted = _book.Halt is not null;
        if (_book.Halt is { } halt)
        {
            DelayDeactivation(s_stay);
            if (halt.UntilMs != 0 && NowMs >= halt.UntilMs)
            {
                await ReopenNow();
            }
        }
        else if (breakers.BandPercent > 0)
        {
            await MoveBand();
        }

        if (breakers.Anomalies != AnomalyAction.Off)
        {
            await Watch(wasHalted);
        }

        await TellHalt();
    }

    /// <summary>The first command after the market's opening finds the symbol collecting.</summary>
    private void BeginOpening(Instrument instrument)
    {
        var nowMs = NowMs;
        if (nowMs < _openedUntilMs)
        {
            return;
        }

        var calendar = SessionCalendar.Get(instrument.Calendar);
        _openedUntilMs = calendar.IsOpen(nowMs) ? calendar.NextClose(nowMs) : 0;
        if (_book.Halt is null && calendar.OpenedAt(nowMs) is { } openedMs && openedMs + (breakers.OpeningSeconds * 1_000L) is var untilMs && nowMs < untilMs)
        {
            Change(
                static (book, halt, _, events) =>
                {
                    book.BeginHalt(halt, events);
                    return CommandResult.Taken;
                },
                new BookHalt(BookHalt.OpeningCode, "The opening auction.", "", nowMs, untilMs));
        }
    }

    private async Task Watch(bool wasHalted)
    {
        await TellAnomaly();
        var (commands, price) = (_book.Version - _watchedVersion, await quotes.GetReference(Symbol));
        (_watch, _watchedVersion) = (_watch ?? new SymbolWatch(breakers.AnomalyWarmUpSeconds), _book.Version);
        if (wasHalted || _book.Halt is not null)
        {
            _watch.Pause();
            return;
        }

        if (_watch.Observe(price, commands) is not { } found)
        {
            return;
        }

        BookLog.AnomalyFound(log, Symbol, found.Series, found.Value, found.Score);
        var reason = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"Within a second {(found.Series == "price" ? $"the price moved by {found.Value:F1} basis points" : $"{found.Value:F0} commands came")}; the score is {found.Score:F1}.");
        if (breakers.Anomalies == AnomalyAction.Warn)
        {
            _unwritten = new AuditRecord("symbol.anomaly", "platform", "", Symbol, reason, found.Series, Guid.NewGuid());
            await TellAnomaly();
            return;
        }

        var nowMs = NowMs;
        BeginChange();
        await Do((book, _, events) => book.BeginHalt(new BookHalt("anomaly", reason, "", nowMs, nowMs + (breakers.PauseSeconds * 1_000L)), events));
    }

    // Tried again at the next upkeep when it fails.
    private async Task TellAnomaly()
    {
        if (_unwritten is { } record)
        {
            await GrainFactory.GetGrain<IAuditGrain>(IAuditGrain.Key).Append(record);
            _unwritten = null;
        }
    }

    private async Task ReopenNow()
    {
        var reference = await ReferenceTicks();
        if (_book.Halt is not null)
        {
            BeginChange();
            await Do((book, nowMs, events) => book.Reopen(reference, nowMs, events));
        }
    }

    private async Task MoveBand()
    {
        var nowMs = NowMs;
        _reference ??= new MovingReference(breakers.ReferenceSeconds);
        if ((_reference.Find(nowMs) ?? await quotes.GetReference(Symbol)) is not { } reference || _book.Terms.TickSize == 0
            || !MovingReference.HasMoved(_bandReference, reference) || _book.Halt is not null)
        {
            return;
        }

        var (tick, width) = (_book.Terms.TickSize, reference * (decimal)breakers.BandPercent / 100);
        var (low, high) = ((long)decimal.Floor((reference - width) / tick), (long)decimal.Ceiling((reference + width) / tick));
        BeginChange();
        await Do((book, now, events) => book.SetBand(Math.Max(0, low), high, breakers.PauseSeconds * 1_000L, now, events));
        _bandReference = reference;
    }

    /// <summary>Tells a new halt or the end of one to those who tell everybody, until they have heard it; a halt that goes on is told again now and then.</summary>
    private async Task TellHalt()
    {
        var halt = _book.Halt;
        if (halt == _toldHalt && (halt is null || time.GetElapsedTime(_toldAt) < s_tellAgain))
        {
            return;
        }

        try
        {
            await Commit();
            var about = halt ?? _toldHalt!;
            await GrainFactory.GetGrain<IHaltsGrain>(IHaltsGrain.Key).Note(
                new SymbolHalt(Symbol, halt is not null, about.Code, about.Reason, about.By, about.SinceMs, about.UntilMs));
            (_toldHalt, _toldAt) = (halt, time.GetTimestamp());
        }
        catch (Exception away) when (Outage.Is(away))
        {
            BookLog.HaltNotTold(log, Symbol, away); // told again at the next upkeep
        }
    }

    private void NoteTrades()
    {
        if (_reference is { } reference)
        {
            foreach (var trade in _book.Trades)
            {
                reference.Add(trade.Price, trade.TimeMs);
            }
        }
    }

    private async ValueTask<long> ReferenceTicks() =>
        await quotes.GetReference(Symbol) is { } price && _book.Terms.TickSize != 0 ? (long)decimal.Round(price / _book.Terms.TickSize) : 0;

    private AuctionView ViewAuction(long referenceTicks)
    {
        var (halt, band) = (_book.Halt, _book.Band);
        var found = halt is null ? default : _book.Book.Indicate(referenceTicks);
        return new AuctionView(
            Symbol, halt is not null, halt?.Code, halt?.Reason, halt?.SinceMs ?? 0, halt?.UntilMs ?? 0,
            found.Lots == 0 ? null : found.PriceTicks * _book.Terms.TickSize, found.Lots * _book.Terms.LotSize, found.SurplusLots * _book.Terms.LotSize,
            band.Low, band.High);
    }
}
