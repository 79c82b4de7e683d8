using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bourse.Grains.Accounts;

/// <summary>
/// Ids of orders: UUIDs of version 7 (RFC 9562 section 5.7), which sort by time and cannot be guessed. <see cref="Guid.CreateVersion7(DateTimeOffset)"/>
/// gives the same, but asks the system for each one's random bits.
/// </summary>
internal static class OrderIds
{
    private const int Bytes = 10; // of random bits for one id
    private const int Ids = 100;

    [ThreadStatic]
    private static byte[]? t_random;

    [ThreadStatic]
    private static int t_left;

    /// <param name="time">From 1970 to the year 10889.</param>
    public static Guid Next(DateTimeOffset time)
    {
        if (t_left == 0)
        {
            RandomNumberGenerator.Fill(t_random ??= new byte[Ids * Bytes]);
            t_left = Ids;
        }

        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, time.ToUnixTimeMilliseconds() << 16);
        t_random.AsSpan(--t_left * Bytes, Bytes).CopyTo(id[6..]);
        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }
}
