using System.Buffers;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>What one event of a book's journal is.</summary>
public enum BookEntryKind : byte
{
    Terms = 1,
    Submit = 2,
    Replace = 3,
    Cancel = 4,
    SessionEnd = 5,
    Refuse = 6,

    /// <summary>Orders whose time had come ended.</summary>
    Expire = 7,

    /// <summary>Accounts were told where their trailing stops stand.</summary>
    Trails = 8,

    /// <summary>The book collects orders from here on.</summary>
    Halt = 10,

    /// <summary>An auction, with its trades, ended the halt.</summary>
    Reopen = 11,

    /// <summary>The price band is new.</summary>
    Band = 12,
}

/// <summary>
/// One event of a book's journal: a command, and the trades it made, so that a reader needs no matching engine to know them.
/// Only what <see cref="Kind"/> speaks of is set.
/// </summary>
public sealed record BookEntry(
    BookEntryKind Kind,
    long TimeMs,
    BookTerms Terms = default,
    long SessionEndMs = 0,
    SubmitOrder Submit = default,
    ReplaceOrder Replace = default,
    Guid CancelOrderId = default,
    string? CancelAccount = null,
    RefuseCommand Refuse = default,
    IReadOnlyList<BookTrade>? Trades = null,
    BookHalt? Halt = null,
    long ReferenceTicks = 0,
    BandSet Band = default);

/// <summary>A price band and how long a trade beyond it halts the book; a pause of 0 is no band.</summary>
public readonly record struct BandSet(long LowTicks, long HighTicks, long PauseMs);

/// <summary>The bytes of a book's events, each self-delimiting: a kind byte, then the fields in the order written here.</summary>
public static class BookJournal
{
    // A submit with an advanced order behind its fields; read as a submit.
    internal const byte SubmitAdvanced = 9;

    internal static void WriteTerms(IBufferWriter<byte> output, in BookTerms terms, long sessionEndMs)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Terms);
        WriteTermsBody(ref writer, terms);
        writer.WriteCount(sessionEndMs);
        writer.Flush();
    }

    internal static void WriteTermsBody(ref WireWriter writer, in BookTerms terms)
    {
        writer.WriteDecimal(terms.TickSize);
        writer.WriteDecimal(terms.LotSize);
        writer.WriteDecimal(terms.MakerFeeRate);
        writer.WriteDecimal(terms.TakerFeeRate);
    }

    internal static BookTerms ReadTermsBody(ref WireReader reader) =>
        new(reader.ReadDecimal(), reader.ReadDecimal(), reader.ReadDecimal(), reader.ReadDecimal());

    internal static void WriteSubmit(IBufferWriter<byte> output, in SubmitOrder order, long timeMs, List<BookTrade> trades)
    {
        var writer = new WireWriter(output);
        writer.WriteByte(order.Advanced is null ? (byte)BookEntryKind.Submit : SubmitAdvanced);
        writer.WriteCount(timeMs);
        SubmitOrderCodec.Write(ref writer, order);
        if (order.Advanced is { } advanced)
        {
            AdvancedOrderCodec.Write(ref writer, advanced);
        }

        WriteTrades(ref writer, trades, order.OrderId);
        writer.Flush();
    }

    internal static void WriteReplace(IBufferWriter<byte> output, in ReplaceOrder replace, long timeMs, List<BookTrade> trades)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Replace);
        writer.WriteCount(timeMs);
        writer.WriteGuid(replace.OrderId);
        writer.WriteString(replace.Account);
        writer.WriteCount(replace.CommandNumber);
        writer.WriteCount(replace.AcknowledgedReport);
        writer.WriteCount(replace.Revision);
        writer.WriteCount(replace.PriceTicks);
        writer.WriteCount(replace.QuantityLots);
        writer.WriteCount(replace.StopPriceTicks);
        WriteTrades(ref writer, trades, replace.OrderId);
        writer.Flush();
    }

    internal static void WriteCancel(IBufferWriter<byte> output, Guid orderId, string account, long timeMs)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Cancel);
        writer.WriteCount(timeMs);
        writer.WriteGuid(orderId);
        writer.WriteString(account);
        writer.Flush();
    }

    internal static void WriteRefuse(IBufferWriter<byte> output, in RefuseCommand refuse, long timeMs)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Refuse);
        writer.WriteCount(timeMs);
        writer.WriteGuid(refuse.OrderId);
        writer.WriteString(refuse.Account);
        writer.WriteCount(refuse.CommandNumber);
        writer.WriteCount(refuse.AcknowledgedReport);
        writer.WriteCount(refuse.Revision);
        writer.WriteString(refuse.Code);
        writer.Flush();
    }

    internal static void WriteSessionEnd(IBufferWriter<byte> output, long timeMs, long nextEndMs)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.SessionEnd);
        writer.WriteCount(timeMs);
        writer.WriteCount(nextEndMs);
        writer.Flush();
    }

    internal static void WriteTimed(IBufferWriter<byte> output, BookEntryKind kind, long timeMs)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)kind);
        writer.WriteCount(timeMs);
        writer.Flush();
    }

    internal static void WriteHalt(IBufferWriter<byte> output, BookHalt halt)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Halt);
        WriteHaltBody(ref writer, halt);
        writer.Flush();
    }

    internal static void WriteHaltBody(ref WireWriter writer, BookHalt halt)
    {
        writer.WriteCount(halt.SinceMs);
        writer.WriteCount(halt.UntilMs);
        writer.WriteString(halt.Code);
        writer.WriteString(halt.Reason);
        writer.WriteString(halt.By);
    }

    internal static BookHalt ReadHaltBody(ref WireReader reader)
    {
        var (since, until) = (reader.ReadCount(), reader.ReadCount());
        return new BookHalt(reader.ReadString(), reader.ReadString(), reader.ReadString(), since, until);
    }

    internal static void WriteBand(IBufferWriter<byte> output, long timeMs, long lowTicks, long highTicks, long pauseMs)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Band);
        writer.WriteCount(timeMs);
        writer.WriteCount(lowTicks);
        writer.WriteCount(highTicks);
        writer.WriteCount(pauseMs);
        writer.Flush();
    }

    internal static void WriteReopen(IBufferWriter<byte> output, long timeMs, long referenceTicks, List<BookTrade> trades)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)BookEntryKind.Reopen);
        writer.WriteCount(timeMs);
        writer.WriteCount(referenceTicks);
        WriteTrades(ref writer, trades, Guid.Empty);
        writer.Flush();
    }

    /// <summary>Reads the next event. Throws <see cref="WireFormatException"/> on bytes that no book wrote.</summary>
    public static BookEntry Read(ref WireReader reader)
    {
        var type = reader.ReadByte();
        var kind = type == SubmitAdvanced ? BookEntryKind.Submit : (BookEntryKind)type;
        switch (kind)
        {
            case BookEntryKind.Terms:
                var terms = ReadTermsBody(ref reader);
                return new BookEntry(kind, 0, terms, reader.ReadCount());
            case BookEntryKind.Submit:
                var submittedMs = reader.ReadCount();
                var order = SubmitOrderCodec.Read(ref reader);
                if (type == SubmitAdvanced)
                {
                    order = order with { Advanced = AdvancedOrderCodec.Read(ref reader) };
                }

                return new BookEntry(
                    kind, submittedMs, Submit: order, Trades: ReadTrades(ref reader, order.OrderId, order.Account, submittedMs));
            case BookEntryKind.Replace:
                var replacedMs = reader.ReadCount();
                var replace = new ReplaceOrder(
                    reader.ReadGuid(), reader.ReadString(), reader.ReadCount(), reader.ReadCount(), (int)reader.ReadCount(),
                    reader.ReadCount(), reader.ReadCount(), reader.ReadCount());
                return new BookEntry(
                    kind, replacedMs, Replace: replace, Trades: ReadTrades(ref reader, replace.OrderId, replace.Account, replacedMs));
            case BookEntryKind.Cancel:
                return new BookEntry(kind, reader.ReadCount(), CancelOrderId: reader.ReadGuid(), CancelAccount: reader.ReadString());
            case BookEntryKind.SessionEnd:
                return new BookEntry(kind, reader.ReadCount(), SessionEndMs: reader.ReadCount());
            case BookEntryKind.Refuse:
                var refusedMs = reader.ReadCount();
                return new BookEntry(kind, refusedMs, Refuse: new RefuseCommand(
                    reader.ReadGuid(), reader.ReadString(), reader.ReadCount(), reader.ReadCount(), (int)reader.ReadCount(), reader.ReadString()));
            case BookEntryKind.Halt:
                var halt = ReadHaltBody(ref reader);
                return new BookEntry(kind, halt.SinceMs, Halt: halt);
            case BookEntryKind.Reopen:
                var (reopenedMs, reference) = (reader.ReadCount(), reader.ReadCount());
                return new BookEntry(kind, reopenedMs, ReferenceTicks: reference, Trades: ReadTrades(ref reader, Guid.Empty, "", reopenedMs));
            case BookEntryKind.Band:
                return new BookEntry(kind, reader.ReadCount(), Band: new BandSet(reader.ReadCount(), reader.ReadCount(), reader.ReadCount()));
            case BookEntryKind.Expire or BookEntryKind.Trails:
                return new BookEntry(kind, reader.ReadCount());
            default:
                throw new WireFormatException($"{kind} is not the kind of a book's event.");
        }
    }

    // The taker is the command's own order but for a stop that it elected.
    private static void WriteTrades(ref WireWriter writer, List<BookTrade> trades, Guid commandOrder)
    {
        writer.WriteCount(trades.Count);
        foreach (var trade in trades)
        {
            writer.WriteCount(trade.Number);
            writer.WriteDecimal(trade.Price);
            writer.WriteDecimal(trade.Quantity);
            writer.WriteByte((byte)trade.Side);
            writer.WriteDecimal(trade.TakerFee);
            writer.WriteDecimal(trade.MakerFee);
            writer.WriteGuid(trade.MakerOrderId);
            writer.WriteString(trade.MakerAccount);
            var isElected = trade.TakerOrderId != commandOrder;
            writer.WriteBool(isElected);
            if (isElected)
            {
                writer.WriteGuid(trade.TakerOrderId);
                writer.WriteString(trade.TakerAccount);
            }
        }
    }

    private static BookTrade[] ReadTrades(ref WireReader reader, Guid commandOrder, string commandAccount, long timeMs)
    {
        var trades = new BookTrade[reader.ReadLength()];
        for (var i = 0; i < trades.Length; i++)
        {
            var number = reader.ReadCount();
            var (price, quantity, side) = (reader.ReadDecimal(), reader.ReadDecimal(), (Side)reader.ReadByte());
            var (takerFee, makerFee) = (reader.ReadDecimal(), reader.ReadDecimal());
            var (makerOrder, makerAccount) = (reader.ReadGuid(), reader.ReadString());
            var (taker, takerAccount) = reader.ReadBool()
                ? (reader.ReadGuid(), reader.ReadString())
                : (commandOrder, commandAccount);
            trades[i] = new BookTrade(
                number, price, quantity, side, taker, takerAccount, takerFee, makerOrder, makerAccount, makerFee, timeMs);
        }

        return trades;
    }
}
