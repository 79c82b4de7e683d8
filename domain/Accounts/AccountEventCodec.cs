using System.Buffers;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>
/// Account events as self-delimiting bytes: a type byte, then the fields. A type's shape never changes; a changed event gets
/// a new type byte, and the old one is still read.
/// </summary>
public static partial class AccountEventCodec
{
    private const byte Opened = 1;
    private const byte CashIn = 2;
    private const byte CashOut = 3;
    private const byte Placed = 4;
    private const byte Requested = 5;
    private const byte Accepted = 6;
    private const byte Held = 7;
    private const byte Rejected = 8;
    private const byte Filled = 9;
    private const byte Canceled = 10;
    private const byte Expired = 11;
    private const byte Replaced = 12;
    private const byte NotReplaced = 13;
    private const byte Triggered = 14;
    private const byte Noted = 15;

    // Placed, with where a trailing stop begins.
    private const byte PlacedTrailing = 16;
    private const byte Trailed = 17;
    private const byte CancelAll = 18;
    private const byte Sized = 19;
    private const byte DayBegan = 40;
    private const byte StopChanged = 41;
    private const byte CalendarNoted = 42;

    public static void Write(IBufferWriter<byte> output, AccountEvent e)
    {
        var w = new WireWriter(output);
        switch (e)
        {
            case OrderPlaced placed: WritePlaced(ref w, placed); break;
            case OrderFilled filled: WriteFilled(ref w, filled); break;
            case OrderAccepted accepted: WriteChannel(ref w, Accepted, accepted); break;
            case OrderCanceled canceled:
                WriteChannel(ref w, Canceled, canceled);
                w.WriteStringOrNull(canceled.Code);
                w.WriteDecimal(canceled.Quantity);
                w.WriteCount(canceled.Revision);
                break;
            case OrderHeld held: WriteChannel(ref w, Held, held); break;
            case OrderRejected rejected:
                WriteChannel(ref w, Rejected, rejected);
                w.WriteStringOrNull(rejected.Code);
                break;
            case OrderExpired expired:
                WriteChannel(ref w, Expired, expired);
                w.WriteDecimal(expired.Quantity);
                break;
            case OrderReplaced replaced: WriteReplaced(ref w, replaced); break;
            case LegSized sized:
                WriteChannel(ref w, Sized, sized);
                w.WriteBool(sized.IsFirst);
                w.WriteDecimal(sized.Quantity);
                w.WriteDecimalOrNull(sized.LimitPrice);
                w.WriteDecimalOrNull(sized.StopPrice);
                break;
            case ReplaceRequested requested: WriteRequested(ref w, requested); break;
            case ReplaceRejected rejected:
                WriteBook(ref w, NotReplaced, rejected);
                w.WriteCount(rejected.Revision);
                w.WriteStringOrNull(rejected.Code);
                break;
            case OrderTriggered triggered: WriteBook(ref w, Triggered, triggered); break;
            case ReportNoted noted: WriteBook(ref w, Noted, noted); break;
            case OrderTrailed trailed:
                WriteBook(ref w, Trailed, trailed);
                w.WriteDecimal(trailed.StopPrice);
                break;
            case AccountOpened opened:
                w.WriteByte(Opened);
                w.WriteString(opened.UserId);
                w.WriteString(opened.Kind);
                w.WriteString(opened.Currency);
                w.WriteVarInt(opened.TimeMs);
                break;
            case CancelAllAfterSet set:
                w.WriteByte(CancelAll);
                w.WriteCount(set.AtMs);
                w.WriteVarInt(set.TimeMs);
                break;
            case RiskDayBegan began:
                w.WriteByte(DayBegan);
                w.WriteCount(began.DayMs);
                w.WriteDecimal(began.Equity);
                w.WriteVarInt(began.TimeMs);
                break;
            case SymbolCalendarNoted noted:
                w.WriteByte(CalendarNoted);
                w.WriteString(noted.Symbol);
                w.WriteString(noted.Calendar);
                w.WriteVarInt(noted.TimeMs);
                break;
            case RiskStopChanged stop:
                w.WriteByte(StopChanged);
                w.WriteStringOrNull(stop.Code);
                w.WriteDecimal(stop.Loss);
                w.WriteCount(stop.LimitsVersion);
                w.WriteVarInt(stop.TimeMs);
                break;
            case Deposited d: WriteCash(ref w, CashIn, d.Asset, d.Amount, d.Reference, d.Cash, d.TimeMs); break;
            case Withdrawn d: WriteCash(ref w, CashOut, d.Asset, d.Amount, d.Reference, d.Cash, d.TimeMs); break;
            default: throw new ArgumentException($"No bytes are defined for {e.GetType().Name}.", nameof(e));
        }

        w.Flush();
    }

    /// <summary>Reads the first event and moves <paramref name="bytes"/> behind it.</summary>
    /// <exception cref="WireFormatException">The bytes are no account event.</exception>
    public static AccountEvent Read(ref ReadOnlySpan<byte> bytes)
    {
        var r = new WireReader(bytes);
        var e = Read(ref r, r.ReadByte());
        bytes = r.Rest;
        return e;
    }

    private static AccountEvent Read(ref WireReader r, byte type)
    {
        switch (type)
        {
            case Opened: return new AccountOpened(r.ReadString(), r.ReadString(), r.ReadString(), r.ReadVarInt());
            case CashIn: return new Deposited(r.ReadString(), r.ReadDecimal(), r.ReadString(), r.ReadDecimal(), r.ReadVarInt());
            case CashOut: return new Withdrawn(r.ReadString(), r.ReadDecimal(), r.ReadString(), r.ReadDecimal(), r.ReadVarInt());
            case Placed: return ReadPlaced(ref r);
            case CancelAll: return new CancelAllAfterSet(r.ReadCount(), r.ReadVarInt());
            case DayBegan: return new RiskDayBegan(r.ReadCount(), r.ReadDecimal(), r.ReadVarInt());
            case StopChanged: return new RiskStopChanged(r.ReadStringOrNull(), r.ReadDecimal(), r.ReadCount(), r.ReadVarInt());
            case CalendarNoted: return new SymbolCalendarNoted(r.ReadString(), r.ReadString(), r.ReadVarInt());
            case PlacedTrailing: return ReadPlaced(ref r) with { FirstStopPrice = r.ReadDecimal() };
        }

        if (type is 0 or > Sized)
        {
            throw new WireFormatException($"There is no account event of type {type}.");
        }

        var id = r.ReadGuid();
        var symbol = r.ReadString();
        var time = r.ReadVarInt();
        if (type == Requested)
        {
            return new ReplaceRequested(
                id, symbol, r.ReadCount32(), r.ReadCount(), r.ReadDecimal(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(),
                r.ReadDecimalOrNull(), r.ReadDecimal(), r.ReadDecimal(), time);
        }

        var report = r.ReadCount();
        switch (type)
        {
            case NotReplaced: return new ReplaceRejected(id, symbol, r.ReadCount32(), r.ReadStringOrNull(), report, time);
            case Triggered: return new OrderTriggered(id, symbol, report, time);
            case Noted: return new ReportNoted(id, symbol, report, time);
            case Trailed: return new OrderTrailed(id, symbol, r.ReadDecimal(), report, time);
        }

        var seq = r.ReadCount();
        return type switch
        {
            Accepted => new OrderAccepted(id, symbol, report, seq, time),
            Held => new OrderHeld(id, symbol, report, seq, time),
            Rejected => new OrderRejected(id, symbol, r.ReadStringOrNull(), report, seq, time),
            Filled => ReadFilled(ref r, id, symbol, report, seq, time),
            Canceled => new OrderCanceled(id, symbol, r.ReadStringOrNull(), r.ReadDecimal(), r.ReadCount32(), report, seq, time),
            Expired => new OrderExpired(id, symbol, r.ReadDecimal(), report, seq, time),
            Sized => ReadSized(ref r, id, symbol, report, seq, time),
            _ => new OrderReplaced(
                id, symbol, r.ReadCount32(), r.ReadDecimal(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(), report, seq, time),
        };
    }

    private static void WriteCash(
        ref WireWriter w, byte type, string asset, decimal amount, string reference, decimal cash, long timeMs)
    {
        w.WriteByte(type);
        w.WriteString(asset);
        w.WriteDecimal(amount);
        w.WriteString(reference);
        w.WriteDecimal(cash);
        w.WriteVarInt(timeMs);
    }

    private static void WriteOrder(ref WireWriter w, byte type, OrderEvent e)
    {
        w.WriteByte(type);
        w.WriteGuid(e.OrderId);
        w.WriteString(e.Symbol);
        w.WriteVarInt(e.TimeMs);
    }

    private static void WriteBook(ref WireWriter w, byte type, ReportedEvent e)
    {
        WriteOrder(ref w, type, e);
        w.WriteCount(e.ReportNumber);
    }

    private static void WriteChannel(ref WireWriter w, byte type, ChannelEvent e)
    {
        WriteBook(ref w, type, e);
        w.WriteCount(e.Seq);
    }

    private static void WritePlaced(ref WireWriter w, OrderPlaced e)
    {
        w.WriteByte(e.FirstStopPrice is null ? Placed : PlacedTrailing);
        w.WriteGuid(e.OrderId);
        OrderRequestCodec.Write(ref w, e.Request);
        w.WriteString(e.Currency);
        w.WriteCount(e.CommandNumber);
        w.WriteDecimalOrNull(e.ProtectionPrice);
        w.WriteByte((byte)e.Reservation);
        w.WriteDecimal(e.Reserved);
        w.WriteDecimal(e.FeeRate);
        w.WriteVarInt(e.TimeMs);
        if (e.FirstStopPrice is { } stop)
        {
            w.WriteDecimal(stop);
        }
    }

    private static OrderPlaced ReadPlaced(ref WireReader r) => new(
        r.ReadGuid(), OrderRequestCodec.Read(ref r), r.ReadName(), r.ReadCount(), r.ReadDecimalOrNull(),
        (ReservationKind)OrderRequestCodec.ReadEnum(ref r, 0, 2), r.ReadDecimal(), r.ReadDecimal(), r.ReadVarInt());

    private static void WriteRequested(ref WireWriter w, ReplaceRequested e)
    {
        WriteOrder(ref w, Requested, e);
        w.WriteCount(e.Revision);
        w.WriteCount(e.CommandNumber);
        w.WriteDecimal(e.Quantity);
        w.WriteDecimalOrNull(e.LimitPrice);
        w.WriteDecimalOrNull(e.StopPrice);
        w.WriteDecimalOrNull(e.ProtectionPrice);
        w.WriteDecimal(e.Reserved);
        w.WriteDecimal(e.FeeRate);
    }

    private static void WriteReplaced(ref WireWriter w, OrderReplaced e)
    {
        WriteChannel(ref w, Replaced, e);
        w.WriteCount(e.Revision);
        w.WriteDecimal(e.Quantity);
        w.WriteDecimalOrNull(e.LimitPrice);
        w.WriteDecimalOrNull(e.StopPrice);
    }

    private static LegSized ReadSized(ref WireReader r, Guid id, string symbol, long report, long seq, long time)
    {
        var isFirst = r.ReadBool();
        return new LegSized(id, symbol, r.ReadDecimal(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(), isFirst, report, seq, time);
    }

    private static void WriteFilled(ref WireWriter w, OrderFilled e)
    {
        WriteChannel(ref w, Filled, e);
        w.WriteString(e.Currency);
        w.WriteByte((byte)((byte)e.Side | (e.IsMaker ? 4 : 0) | (e.Completes ? 8 : 0)));
        w.WriteCount(e.TradeNumber);
        w.WriteDecimal(e.Price);
        w.WriteDecimal(e.Quantity);
        w.WriteDecimal(e.Fee);
        w.WriteDecimal(e.OrderFilledQuantity);
        w.WriteDecimal(e.OrderAveragePrice);
        w.WriteDecimal(e.PositionQuantity);
        w.WriteDecimal(e.PositionAverageEntryPrice);
        w.WriteDecimal(e.PositionRealizedProfit);
        w.WriteDecimal(e.Cash);
    }

    private static OrderFilled ReadFilled(ref WireReader r, Guid id, string symbol, long report, long seq, long time)
    {
        var currency = r.ReadString();
        var flags = ReadFillFlags(ref r);
        return new OrderFilled(
            id, symbol, currency, (Side)(flags & 3), r.ReadCount(), r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal(),
            (flags & 4) != 0, (flags & 8) != 0, r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal(),
            r.ReadDecimal(), report, seq, time);
    }

    private static byte ReadFillFlags(ref WireReader r)
    {
        var flags = r.ReadByte();
        return (flags & 3) is 0 or 3 || flags > 15 ? throw new WireFormatException($"A fill's flags {flags} are malformed.") : flags;
    }
}
