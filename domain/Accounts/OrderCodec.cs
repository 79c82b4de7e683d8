using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>The bytes of an order in a snapshot.</summary>
internal static class OrderCodec
{
    public static void Write(ref WireWriter w, Order order)
    {
        w.WriteGuid(order.Id);
        OrderRequestCodec.Write(ref w, order.Request);
        w.WriteString(order.Currency);
        w.WriteDecimal(order.Quantity);
        w.WriteDecimalOrNull(order.LimitPrice);
        w.WriteDecimalOrNull(order.StopPrice);
        w.WriteDecimalOrNull(order.ProtectionPrice);
        w.WriteDecimal(order.FilledQuantity);
        w.WriteDecimal(order.FilledValue);
        w.WriteByte((byte)order.Status);
        w.WriteStringOrNull(order.RejectCode);
        w.WriteVarInt(order.CreatedAtMs);
        w.WriteVarInt(order.UpdatedAtMs);
        w.WriteCount(order.Seq);
        w.WriteCount(order.PlacedVersion);
        w.WriteCount(order.CommandNumber);
        w.WriteCount(order.Revision);
        w.WriteByte((byte)order.Reservation);
        w.WriteDecimal(order.Reserved);
        w.WriteDecimal(order.FeeRate);
        w.WriteBool(order.Replace is not null);
        if (order.Replace is { } replace)
        {
            w.WriteCount(replace.Revision);
            w.WriteCount(replace.CommandNumber);
            w.WriteDecimal(replace.Quantity);
            w.WriteDecimalOrNull(replace.LimitPrice);
            w.WriteDecimalOrNull(replace.StopPrice);
            w.WriteDecimalOrNull(replace.ProtectionPrice);
            w.WriteDecimal(replace.FeeRate);
        }

        if (order.Leg is not null)
        {
            w.WriteDecimal(order.ToldQuantity);
        }
    }

    public static Order Read(ref WireReader r)
    {
        var order = ReadFields(ref r);
        if (order.Leg is not null)
        {
            order.ToldQuantity = r.ReadDecimal();
        }

        return order;
    }

    private static Order ReadFields(ref WireReader r) => new(r.ReadGuid(), OrderRequestCodec.Read(ref r), r.ReadName())
    {
        Quantity = r.ReadDecimal(),
        LimitPrice = r.ReadDecimalOrNull(),
        StopPrice = r.ReadDecimalOrNull(),
        ProtectionPrice = r.ReadDecimalOrNull(),
        FilledQuantity = r.ReadDecimal(),
        FilledValue = r.ReadDecimal(),
        Status = (OrderStatus)OrderRequestCodec.ReadEnum(ref r, (byte)OrderStatus.PendingNew, (byte)OrderStatus.Held),
        RejectCode = r.ReadStringOrNull(),
        CreatedAtMs = r.ReadVarInt(),
        UpdatedAtMs = r.ReadVarInt(),
        Seq = r.ReadCount(),
        PlacedVersion = r.ReadCount(),
        CommandNumber = r.ReadCount(),
        Revision = r.ReadCount32(),
        Reservation = (ReservationKind)OrderRequestCodec.ReadEnum(ref r, 0, 2),
        Reserved = r.ReadDecimal(),
        FeeRate = r.ReadDecimal(),
        Replace = r.ReadBool()
            ? new PendingReplace(
                r.ReadCount32(), r.ReadCount(), r.ReadDecimal(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(),
                r.ReadDecimal())
            : null,
    };
}
