using System.Buffers.Binary;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Decimals as PostgreSQL's <c>numeric</c> travels in binary: digits to the base of 10,000, the power of the first one, a sign and the count of
/// decimals (PostgreSQL's source, <c>numeric_recv</c>).
/// </summary>
internal static class PostgresNumeric
{
    /// <summary>A header of 8 bytes and at most 15 digits.</summary>
    public const int MaxBytes = 8 + (15 * 2);

    private const short Negative = 0x4000;

    /// <summary>Writes the value and answers how many bytes it took.</summary>
    public static int Write(decimal value, Span<byte> output)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var scale = (parts[3] >> 16) & 0xFF;
        var magnitude = new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        var padding = (4 - (scale & 3)) & 3;
        for (var i = 0; i < padding; i++)
        {
            magnitude *= 10;
        }

        Span<short> digits = stackalloc short[15];
        var count = Split(magnitude, digits);
        var weight = count - 1 - ((scale + padding) / 4);
        var least = 0;
        while (least < count && digits[least] == 0)
        {
            least++;
        }

        BinaryPrimitives.WriteInt16BigEndian(output, (short)(count - least));
        BinaryPrimitives.WriteInt16BigEndian(output[2..], (short)(count == 0 ? 0 : weight));
        BinaryPrimitives.WriteInt16BigEndian(output[4..], parts[3] < 0 && count != 0 ? Negative : (short)0);
        BinaryPrimitives.WriteInt16BigEndian(output[6..], (short)scale);
        var at = 8;
        for (var i = count - 1; i >= least; i--, at += 2)
        {
            BinaryPrimitives.WriteInt16BigEndian(output[at..], digits[i]);
        }

        return at;
    }

    // Least digit first. Nearly every amount fits 64 bits, where a division is cheap.
    private static int Split(UInt128 magnitude, Span<short> digits)
    {
        var count = 0;
        while (magnitude > ulong.MaxValue)
        {
            (magnitude, var digit) = UInt128.DivRem(magnitude, 10_000);
            digits[count++] = (short)digit;
        }

        for (var rest = (ulong)magnitude; rest != 0; rest /= 10_000)
        {
            digits[count++] = (short)(rest % 10_000);
        }

        return count;
    }
}
