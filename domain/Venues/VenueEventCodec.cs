using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Venues;

/// <summary>The bytes of a venue's events, each self-delimiting: a kind byte, the time, then the fields in the order written here.</summary>
public static class VenueEventCodec
{
    private const byte Terms = 1;
    private const byte Taken = 2;
    private const byte Replace = 3;
    private const byte Refused = 4;
    private const byte Cancel = 5;
    private const byte Accepted = 6;
    private const byte Filled = 7;
    private const byte Ended = 8;

    public static void Write(IBufferWriter<byte> output, VenueEvent e)
    {
        var writer = new WireWriter(output);
        switch (e)
        {
            case VenueTermsSet set:
                Begin(ref writer, Terms, e);
                BookJournal.WriteTermsBody(ref writer, set.Terms);
                writer.WriteString(set.Venue);
                break;
            case VenueOrderTaken taken:
                Begin(ref writer, Taken, e);
                SubmitOrderCodec.Write(ref writer, taken.Order);
                break;
            case VenueReplaceTaken { Replace: var replace }:
                Begin(ref writer, Replace, e);
                writer.WriteGuid(replace.OrderId);
                writer.WriteString(replace.Account);
                writer.WriteCount(replace.CommandNumber);
                writer.WriteCount(replace.AcknowledgedReport);
                writer.WriteCount(replace.Revision);
                writer.WriteCount(replace.PriceTicks);
                writer.WriteCount(replace.QuantityLots);
                writer.WriteCount(replace.StopPriceTicks);
                break;
            case VenueCommandRefused { Refuse: var refuse }:
                Begin(ref writer, Refused, e);
                writer.WriteGuid(refuse.OrderId);
                writer.WriteString(refuse.Account);
                writer.WriteCount(refuse.CommandNumber);
                writer.WriteCount(refuse.AcknowledgedReport);
                writer.WriteCount(refuse.Revision);
                writer.WriteString(refuse.Code);
                break;
            case VenueCancelWanted wanted:
                Begin(ref writer, Cancel, e);
                writer.WriteGuid(wanted.OrderId);
                break;
            case VenueOrderAccepted accepted:
                Begin(ref writer, Accepted, e);
                writer.WriteGuid(accepted.OrderId);
                writer.WriteString(accepted.VenueId);
                break;
            case VenueOrderFilled fill:
                Begin(ref writer, Filled, e);
                writer.WriteGuid(fill.OrderId);
                writer.WriteString(fill.Account);
                writer.WriteString(fill.Venue);
                writer.WriteString(fill.ExecutionId);
                writer.WriteCount(fill.TradeNumber);
                writer.WriteByte((byte)fill.Side);
                writer.WriteDecimal(fill.Price);
                writer.WriteDecimal(fill.Quantity);
                writer.WriteDecimal(fill.Fee);
                writer.WriteBool(fill.IsMaker);
                break;
            case VenueOrderEnded ended:
                Begin(ref writer, Ended, e);
                writer.WriteGuid(ended.OrderId);
                writer.WriteByte((byte)ended.Kind);
                writer.WriteStringOrNull(ended.Code);
                break;
            default:
                throw new ArgumentException($"{e.GetType()} is no event of a venue.", nameof(e));
        }

        writer.Flush();
    }

    /// <summary>Reads the next event. Throws <see cref="WireFormatException"/> on bytes that no venue wrote.</summary>
    public static VenueEvent Read(ref WireReader reader)
    {
        var kind = reader.ReadByte();
        var timeMs = reader.ReadCount();
        return kind switch
        {
            Terms => new VenueTermsSet(BookJournal.ReadTermsBody(ref reader), reader.ReadString(), timeMs),
            Taken => new VenueOrderTaken(SubmitOrderCodec.Read(ref reader), timeMs),
            Replace => new VenueReplaceTaken(
                new ReplaceOrder(
                    reader.ReadGuid(), reader.ReadString(), reader.ReadCount(), reader.ReadCount(), (int)reader.ReadCount(), reader.ReadCount(),
                    reader.ReadCount(), reader.ReadCount()),
                timeMs),
            Refused => new VenueCommandRefused(
                new RefuseCommand(
                    reader.ReadGuid(), reader.ReadString(), reader.ReadCount(), reader.ReadCount(), (int)reader.ReadCount(), reader.ReadString()),
                timeMs),
            Cancel => new VenueCancelWanted(reader.ReadGuid(), timeMs),
            Accepted => new VenueOrderAccepted(reader.ReadGuid(), reader.ReadString(), timeMs),
            Filled => new VenueOrderFilled(
                reader.ReadGuid(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadCount(), (Side)reader.ReadByte(),
                reader.ReadDecimal(), reader.ReadDecimal(), reader.ReadDecimal(), reader.ReadBool(), timeMs),
            Ended => new VenueOrderEnded(reader.ReadGuid(), (BookReportKind)reader.ReadByte(), reader.ReadStringOrNull(), timeMs),
            _ => throw new WireFormatException($"{kind} is not the kind of a venue's event."),
        };
    }

    private static void Begin(ref WireWriter writer, byte kind, VenueEvent e)
    {
        writer.WriteByte(kind);
        writer.WriteCount(e.TimeMs);
    }
}
