using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>An order's plain terms in the journal, of books and of outside venues alike; what is advanced about it stands elsewhere.</summary>
internal static class SubmitOrderCodec
{
    public static void Write(ref WireWriter writer, in SubmitOrder order)
    {
        writer.WriteGuid(order.OrderId);
        writer.WriteString(order.Account);
        writer.WriteCount(order.CommandNumber);
        writer.WriteCount(order.AcknowledgedReport);
        writer.WriteByte((byte)order.Side);
        writer.WriteByte((byte)order.Type);
        writer.WriteByte((byte)order.TimeInForce);
        writer.WriteCount(order.PriceTicks);
        writer.WriteCount(order.QuantityLots);
        writer.WriteCount(order.StopPriceTicks);
        writer.WriteBool(order.PostOnly);
        writer.WriteByte((byte)order.SelfTradePrevention);
    }

    public static SubmitOrder Read(ref WireReader reader) => new(
        reader.ReadGuid(), reader.ReadString(), reader.ReadCount(), reader.ReadCount(), (Side)reader.ReadByte(), (OrderType)reader.ReadByte(),
        (TimeInForce)reader.ReadByte(), reader.ReadCount(), reader.ReadCount(), reader.ReadCount(), reader.ReadBool(), (SelfTradePrevention)reader.ReadByte());
}
