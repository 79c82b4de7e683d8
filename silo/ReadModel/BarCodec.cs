using System.Buffers;
using System.Runtime.InteropServices;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Bars as bytes, 6 to 25 a bar where prices have a few digits. A version byte, then of each bar: a head (bits 0 to 2 its timeframe, 3 to 5 its price, 7 that all four
/// prices are one), its start in seconds after the one before (zigzag), then prices and volume. A number is its scale and its digits (zigzag), or the mark 255 and
/// the 16 bytes of a decimal.
/// </summary>
internal static class BarCodec
{
    private const byte Version = 1;
    private const byte Flat = 0x80;
    private const byte Whole = 255;
    private const int TypicalBytes = 24;

    public static byte[] Pack(ReadOnlySpan<SeriesBar> bars)
    {
        var bytes = new ArrayBufferWriter<byte>(1 + (bars.Length * TypicalBytes));
        Byte(bytes, Version);
        long before = 0;
        foreach (var (timeframe, price, bar) in bars)
        {
            var flat = bar.Open == bar.Close && bar.High == bar.Low && bar.Open == bar.High;
            Byte(bytes, (byte)((byte)timeframe | ((byte)price << 3) | (flat ? Flat : 0)));
            var start = bar.StartMs / 1_000;
            Number(bytes, start - before);
            before = start;
            if (!flat)
            {
                Decimal(bytes, bar.Open);
                Decimal(bytes, bar.High);
                Decimal(bytes, bar.Low);
            }

            Decimal(bytes, bar.Close);
            Decimal(bytes, bar.Volume);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The bars again, in their order.</summary>
    /// <exception cref="InvalidDataException">They were packed by a release that is newer than this one.</exception>
    public static List<SeriesBar> Unpack(ReadOnlySpan<byte> bytes)
    {
        if (bytes is not [Version, ..])
        {
            throw new InvalidDataException($"Bars of version {(bytes.IsEmpty ? 0 : bytes[0])} cannot be read; this release knows version {Version}.");
        }

        var bars = new List<SeriesBar>();
        var rest = bytes[1..];
        long start = 0;
        while (!rest.IsEmpty)
        {
            var head = rest[0];
            rest = rest[1..];
            start += Number(ref rest);
            var open = (head & Flat) == 0 ? Decimal(ref rest) : 0m;
            var (high, low) = (head & Flat) == 0 ? (Decimal(ref rest), Decimal(ref rest)) : (0m, 0m);
            var close = Decimal(ref rest);
            var volume = Decimal(ref rest);
            var bar = (head & Flat) == 0
                ? new Bar(start * 1_000, open, high, low, close, volume)
                : new Bar(start * 1_000, close, close, close, close, volume);
            bars.Add(new SeriesBar((Timeframe)(head & 7), (BarPrice)((head >> 3) & 7), bar));
        }

        return bars;
    }

    private static void Byte(ArrayBufferWriter<byte> bytes, byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    private static void Number(ArrayBufferWriter<byte> bytes, long value)
    {
        var span = bytes.GetSpan(10);
        var at = 0;
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        for (; zigzag >= 0x80; zigzag >>= 7)
        {
            span[at++] = (byte)(zigzag | 0x80);
        }

        span[at++] = (byte)zigzag;
        bytes.Advance(at);
    }

    private static void Decimal(ArrayBufferWriter<byte> bytes, decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        if (parts[2] == 0 && parts[1] >= 0)
        {
            var digits = ((long)parts[1] << 32) | (uint)parts[0];
            Byte(bytes, value.Scale);
            Number(bytes, parts[3] < 0 ? -digits : digits);
            return;
        }

        Byte(bytes, Whole);
        MemoryMarshal.AsBytes(parts).CopyTo(bytes.GetSpan(16));
        bytes.Advance(16);
    }

    private static long Number(ref ReadOnlySpan<byte> bytes)
    {
        ulong zigzag = 0;
        var at = 0;
        for (; bytes[at] >= 0x80; at++)
        {
            zigzag |= (ulong)(bytes[at] & 0x7f) << (7 * at);
        }

        zigzag |= (ulong)bytes[at] << (7 * at);
        bytes = bytes[(at + 1)..];
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private static decimal Decimal(ref ReadOnlySpan<byte> bytes)
    {
        var scale = bytes[0];
        bytes = bytes[1..];
        if (scale == Whole)
        {
            var value = new decimal(MemoryMarshal.Cast<byte, int>(bytes[..16].ToArray()));
            bytes = bytes[16..];
            return value;
        }

        var digits = Number(ref bytes);
        var size = Math.Abs(digits);
        return new decimal((int)size, (int)(size >> 32), 0, digits < 0, scale);
    }
}
