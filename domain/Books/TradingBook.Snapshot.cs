using System.Buffers;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>How a book's state is kept and brought back.</summary>
public sealed partial class TradingBook
{
    private const byte PlainVersion = 1;

    // With what TradingBook.Advanced keeps, at the end.
    private const byte AdvancedVersion = 2;

    // With the order groups behind that.
    private const byte GroupVersion = 3;

    // With the band and the halt behind those.
    private const byte HaltVersion = 4;

    /// <summary>
    /// Does the commands of a journal's row again and checks that they give the same bytes. Throws
    /// <see cref="InvalidDataException"/> when they do not: then the journal was written by another matching engine.
    /// </summary>
    /// <param name="known">How many events at the row's beginning are in the state already.</param>
    public void Replay(ReadOnlySpan<byte> payload, int count, int known = 0)
    {
        var again = new ArrayBufferWriter<byte>(payload.Length);
        var reader = new WireReader(payload);
        for (var i = 0; i < known; i++)
        {
            BookJournal.Read(ref reader);
        }

        var news = reader.Rest;
        for (var i = known; i < count; i++)
        {
            var entry = BookJournal.Read(ref reader);
            switch (entry.Kind)
            {
                case BookEntryKind.Terms:
                    SetTerms(entry.Terms, entry.SessionEndMs, again);
                    break;
                case BookEntryKind.Submit:
                    Submit(entry.Submit, entry.TimeMs, again);
                    break;
                case BookEntryKind.Replace:
                    Replace(entry.Replace, entry.TimeMs, again);
                    break;
                case BookEntryKind.Refuse:
                    Refuse(entry.Refuse, entry.TimeMs, again);
                    break;
                case BookEntryKind.Cancel:
                    Cancel(entry.CancelOrderId, entry.CancelAccount!, entry.TimeMs, again);
                    break;
                case BookEntryKind.SessionEnd:
                    EndSession(entry.TimeMs, entry.SessionEndMs, again);
                    break;
                case BookEntryKind.Expire:
                    ExpireDue(entry.TimeMs, again);
                    break;
                case BookEntryKind.Halt:
                    BeginHalt(entry.Halt!, again);
                    break;
                case BookEntryKind.Reopen:
                    Reopen(entry.ReferenceTicks, entry.TimeMs, again);
                    break;
                case BookEntryKind.Band:
                    SetBand(entry.Band.LowTicks, entry.Band.HighTicks, entry.Band.PauseMs, entry.TimeMs, again);
                    break;
                case BookEntryKind.Trails:
                    TellTrails(entry.TimeMs, again);
                    break;
            }
        }

        if (!reader.IsAtEnd || !again.WrittenSpan.SequenceEqual(news))
        {
            throw new InvalidDataException($"book {Symbol}: a replay up to event {Version} gives other events than the journal has");
        }
    }

    /// <summary>Writes the whole state; the same history gives the same bytes.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        var version = Halt is not null || _bandPauseMs != 0 ? HaltVersion : _groups.Count > 0 ? GroupVersion : _expiries.Count > 0 || _trailed.Count > 0 ? AdvancedVersion : PlainVersion;
        writer.WriteByte(version);
        writer.WriteCount(Version);
        BookJournal.WriteTermsBody(ref writer, Terms);
        writer.WriteCount(SessionEndMs);
        writer.WriteCount(LastTrade);
        writer.WriteCount(_lastEngineId);
        writer.WriteCount(_accounts.Count);
        foreach (var account in _accounts)
        {
            SaveAccount(ref writer, account);
        }

        writer.WriteCount(_open.Count);
        foreach (var order in _open.InOrder())
        {
            writer.WriteCount(order.Id);
            writer.WriteGuid(order.OrderId);
            writer.WriteCount(order.Account);
        }

        var engine = new ArrayBufferWriter<byte>();
        _book.Save(engine);
        writer.WriteBytes(engine.WrittenSpan);
        if (version >= AdvancedVersion)
        {
            SaveAdvanced(ref writer);
        }

        if (version >= GroupVersion)
        {
            SaveGroups(ref writer);
        }

        if (version >= HaltVersion)
        {
            SaveHalt(ref writer);
        }

        writer.Flush();
    }

    /// <summary>Brings back what <see cref="Save"/> wrote. Throws <see cref="WireFormatException"/> on other bytes.</summary>
    public static TradingBook Load(string symbol, ReadOnlySpan<byte> state)
    {
        var reader = new WireReader(state);
        var version = reader.ReadByte();
        if (version is < PlainVersion or > HaltVersion)
        {
            throw new WireFormatException($"A book's snapshot of version {version} is unknown.");
        }

        var book = new TradingBook(symbol)
        {
            Version = reader.ReadCount(),
            Terms = BookJournal.ReadTermsBody(ref reader),
            SessionEndMs = reader.ReadCount(),
            LastTrade = reader.ReadCount(),
            _lastEngineId = reader.ReadCount(),
        };
        var accounts = reader.ReadLength();
        for (var number = 1; number <= accounts; number++)
        {
            book.AddAccount(LoadAccount(ref reader, number));
        }

        var orders = reader.ReadLength();
        for (var i = 0; i < orders; i++)
        {
            book._open.Add(new OrderIdentity(reader.ReadCount(), reader.ReadGuid(), (int)reader.ReadCount()));
        }

        book._book = OrderBook.Load(reader.ReadBytes());
        if (version >= AdvancedVersion)
        {
            book.LoadAdvanced(ref reader);
        }

        if (version >= GroupVersion)
        {
            book.LoadGroups(ref reader);
        }

        if (version >= HaltVersion)
        {
            book.LoadHalt(ref reader);
        }

        return book;
    }

    internal static void SaveAccount(ref WireWriter writer, BookAccount account)
    {
        writer.WriteString(account.Id);
        writer.WriteCount(account.LastCommand);
        writer.WriteCount(account.LastReport);
        writer.WriteCount(account.Acknowledged);
        foreach (ref readonly var report in account.Outbox)
        {
            writer.WriteGuid(report.OrderId);
            writer.WriteByte((byte)report.Kind);
            writer.WriteStringOrNull(report.Code);
            writer.WriteCount(report.TradeNumber);
            writer.WriteDecimal(report.Price);
            writer.WriteDecimal(report.Quantity);
            writer.WriteDecimal(report.Fee);
            writer.WriteBool(report.IsMaker);
            writer.WriteCount(report.TimeMs);
            writer.WriteCount(report.Revision);
        }
    }

    // The outbox holds exactly the reports in (Acknowledged, LastReport].
    internal static BookAccount LoadAccount(ref WireReader reader, int number)
    {
        var account = BookAccount.Restore(reader.ReadString(), number, reader.ReadCount(), reader.ReadCount(), reader.ReadCount());
        for (var report = account.Acknowledged + 1; report <= account.LastReport; report++)
        {
            account.RestoreReport(new BookReport(
                report, reader.ReadGuid(), (BookReportKind)reader.ReadByte(), reader.ReadStringOrNull(), reader.ReadCount(),
                reader.ReadDecimal(), reader.ReadDecimal(), reader.ReadDecimal(), reader.ReadBool(), reader.ReadCount(),
                (int)reader.ReadCount()));
        }

        return account;
    }
}
