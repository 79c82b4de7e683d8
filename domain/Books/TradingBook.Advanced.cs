using System.Buffers;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>Orders that end at a time of their own, and trailing stops, whose accounts are told where they stand.</summary>
public sealed partial class TradingBook
{
    private readonly SortedSet<(long AtMs, long Id)> _expiries = [];
    private readonly Dictionary<long, long> _expiryOf = [];
    private readonly SortedSet<long> _trailed = [];

    /// <summary>When the next good-till-date order ends, ms since 1970; the greatest number when there is none.</summary>
    public long NextExpiryMs { get; private set; } = long.MaxValue;

    /// <summary>When the next order ends by itself, at its date or with the session, or a halt does, ms since 1970; the greatest number when none does.</summary>
    public long FindDeadlineMs()
    {
        var next = Halt is { UntilMs: > 0 } halt ? Math.Min(halt.UntilMs, NextExpiryMs) : NextExpiryMs;
        return SessionEndMs != 0 && SessionEndMs < next && _book.HasDay ? SessionEndMs : next;
    }

    /// <summary>Trailing stops have moved since accounts were told of it last.</summary>
    public bool HasTrailed => _trailed.Count > 0;

    /// <summary>Ends the orders whose time has come and writes one event; none is due before <see cref="NextExpiryMs"/>.</summary>
    public void ExpireDue(long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        while (NextExpiryMs <= nowMs)
        {
            var id = _expiries.Min.Id;
            Report(_book.Expire(id), id, nowMs);
        }

        BookJournal.WriteTimed(events, BookEntryKind.Expire, nowMs);
        Version++;
    }

    /// <summary>Tells accounts where the trailing stops stand that moved, each once, and writes one event.</summary>
    public void TellTrails(long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        foreach (var id in _trailed)
        {
            if (_book.TryGet(id, out var order))
            {
                AddReport(id, BookReportKind.Trailed, nowMs, price: Price(order.StopPriceTicks));
            }
        }

        _trailed.Clear();
        BookJournal.WriteTimed(events, BookEntryKind.Trails, nowMs);
        Version++;
    }

    // One that comes after its time never gets to the engine.
    private void SubmitAdvanced(in NewOrder order, AdvancedOrder advanced, long nowMs)
    {
        if (advanced.ExpireAtMs != 0 && advanced.ExpireAtMs <= nowMs)
        {
            AddReport(order.Id, BookReportKind.Expired, nowMs, quantity: Quantity(order.QuantityLots));
            return;
        }

        if (advanced.ExpireAtMs != 0)
        {
            SetExpiry(order.Id, advanced.ExpireAtMs);
        }

        if (advanced.Exit is { } exit)
        {
            SubmitGroup(order, exit, nowMs);
        }
        else
        {
            Report(_book.Submit(order, advanced.Special), order.Id, nowMs);
        }
    }

    private void SetExpiry(long id, long atMs)
    {
        _expiryOf.Add(id, atMs);
        _expiries.Add((atMs, id));
        NextExpiryMs = _expiries.Min.AtMs;
    }

    private void ForgetAdvanced(long id)
    {
        if (_trailed.Count != 0)
        {
            _trailed.Remove(id);
        }

        if (_groups.Count != 0)
        {
            ForgetGroup(id);
        }

        if (_expiryOf.Count != 0 && _expiryOf.Remove(id, out var atMs))
        {
            _expiries.Remove((atMs, id));
            NextExpiryMs = _expiries.Count == 0 ? long.MaxValue : _expiries.Min.AtMs;
        }
    }

    private void SaveAdvanced(ref WireWriter writer)
    {
        writer.WriteCount(_expiries.Count);
        foreach (var (atMs, id) in _expiries)
        {
            writer.WriteCount(atMs);
            writer.WriteCount(id);
        }

        writer.WriteCount(_trailed.Count);
        foreach (var id in _trailed)
        {
            writer.WriteCount(id);
        }
    }

    private void LoadAdvanced(ref WireReader reader)
    {
        for (var left = reader.ReadLength(); left > 0; left--)
        {
            var atMs = reader.ReadCount();
            SetExpiry(reader.ReadCount(), atMs);
        }

        for (var left = reader.ReadLength(); left > 0; left--)
        {
            _trailed.Add(reader.ReadCount());
        }
    }
}
