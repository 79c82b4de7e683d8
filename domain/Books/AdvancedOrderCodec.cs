using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>The bytes of an advanced order: a set of bits that says which terms follow, in the order of their bits. A new term takes the next bit.</summary>
internal static class AdvancedOrderCodec
{
    private const ulong ExpireAt = 1;
    private const ulong Display = 2;
    private const ulong TrailTicks = 4;
    private const ulong TrailPpm = 8;
    private const ulong Exit = 16;
    private const ulong Known = 31;

    public static void Write(ref WireWriter writer, AdvancedOrder order)
    {
        writer.WriteVarUInt(
            Bit(order.ExpireAtMs, ExpireAt) | Bit(order.DisplayLots, Display) | Bit(order.TrailTicks, TrailTicks) | Bit(order.TrailPpm, TrailPpm)
            | (order.Exit is null ? 0 : Exit));
        WriteGiven(ref writer, order.ExpireAtMs);
        WriteGiven(ref writer, order.DisplayLots);
        WriteGiven(ref writer, order.TrailTicks);
        WriteGiven(ref writer, order.TrailPpm);
        if (order.Exit is { } exit)
        {
            WriteExit(ref writer, exit);
        }
    }

    public static AdvancedOrder Read(ref WireReader reader)
    {
        var bits = reader.ReadVarUInt();
        return (bits & ~Known) == 0
            ? new AdvancedOrder(
                ReadGiven(ref reader, bits, ExpireAt), ReadGiven(ref reader, bits, Display), ReadGiven(ref reader, bits, TrailTicks),
                (bits & TrailPpm) == 0 ? 0 : reader.ReadCount32(), (bits & Exit) == 0 ? null : ReadExit(ref reader))
            : throw new WireFormatException($"An order's terms {bits} are unknown.");
    }

    public static void WriteExit(ref WireWriter writer, ExitLegs exit)
    {
        writer.WriteByte((byte)((exit.IsPair ? 1 : 0) | (exit.HasStopLimit ? 2 : 0)));
        writer.WriteGuid(exit.TakeProfitId);
        writer.WriteCount(exit.TakeProfitTicks);
        writer.WriteGuid(exit.StopLossId);
        writer.WriteCount(exit.StopPriceTicks);
        writer.WriteCount(exit.StopLimitTicks);
    }

    public static ExitLegs ReadExit(ref WireReader reader)
    {
        var flags = reader.ReadByte();
        return flags <= 3
            ? new ExitLegs(
                (flags & 1) != 0, reader.ReadGuid(), reader.ReadCount(), reader.ReadGuid(), reader.ReadCount(), reader.ReadCount(), (flags & 2) != 0)
            : throw new WireFormatException($"The flags {flags} of an order's legs are unknown.");
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
