using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>The bytes of an advanced order: a set of bits that says which terms follow, in the order of their bits. A new term takes the next bit.</summary>
internal static class AdvancedOrderCodec
{
    private const ulong ExpireAt = 1;
    private const ulong Display = 2;
    private const ulong TrailTicks = 4;
    private const ulong TrailPpm = 8;
    private const ulong Known = 15;

    public static void Write(ref WireWriter writer, AdvancedOrder order)
    {
        writer.WriteVarUInt(
            Bit(order.ExpireAtMs, ExpireAt) | Bit(order.DisplayLots, Display) | Bit(order.TrailTicks, TrailTicks) | Bit(order.TrailPpm, TrailPpm));
        WriteGiven(ref writer, order.ExpireAtMs);
        WriteGiven(ref writer, order.DisplayLots);
        WriteGiven(ref writer, order.TrailTicks);
        WriteGiven(ref writer, order.TrailPpm);
    }

    public static AdvancedOrder Read(ref WireReader reader)
    {
        var bits = reader.ReadVarUInt();
        return (bits & ~Known) == 0
            ? new AdvancedOrder(
                ReadGiven(ref reader, bits, ExpireAt), ReadGiven(ref reader, bits, Display), ReadGiven(ref reader, bits, TrailTicks),
                (bits & TrailPpm) == 0 ? 0 : reader.ReadCount32())
            : throw new WireFormatException($"An order's terms {bits} are unknown.");
    }

    private static ulong Bit(long value, ulong bit) => value == 0 ? 0 : bit;

    private static void WriteGiven(ref WireWriter writer, long value)
    {
        if (value != 0)
        {
            writer.WriteCount(value);
        }
    }

    private static long ReadGiven(ref WireReader reader, ulong bits, ulong bit) => (bits & bit) == 0 ? 0 : reader.ReadCount();
}
