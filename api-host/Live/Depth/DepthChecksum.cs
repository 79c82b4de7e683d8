using System.Globalization;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Books;

namespace Bourse.ApiHost.Live.Depth;

/// <summary>
/// The checksum of a depth window: CRC-32 (ISO 3309, as zlib's) of the ASCII text <c>price:qty|</c> of each bid, best first, then of each ask, best
/// first; numbers plain, without exponent or needless zeros (<c>178.5:100|</c>).
/// </summary>
public static class DepthChecksum
{
    private const uint Polynomial = 0xEDB88320;
    private const int LongestNumber = 40;
    private static readonly uint[] s_table = Table();

    public static uint Of(IReadOnlyList<DepthLevel> bids, IReadOnlyList<DepthLevel> asks) => ~Add(Add(uint.MaxValue, bids), asks);

    private static uint Add(uint crc, IReadOnlyList<DepthLevel> levels)
    {
        Span<byte> text = stackalloc byte[LongestNumber];
        foreach (var level in levels)
        {
            crc = Add(Add(crc, level.Price, text), (byte)':');
            crc = Add(Add(crc, level.Quantity, text), (byte)'|');
        }

        return crc;
    }

    private static uint Add(uint crc, decimal number, Span<byte> text)
    {
        ExactDecimal.Trim(number).TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        foreach (var one in text[..length])
        {
            crc = Add(crc, one);
        }

        return crc;
    }

    private static uint Add(uint crc, byte one) => s_table[(byte)(crc ^ one)] ^ (crc >> 8);

    private static uint[] Table()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry >> 1) ^ ((entry & 1) * Polynomial);
            }

            table[i] = entry;
        }

        return table;
    }
}
