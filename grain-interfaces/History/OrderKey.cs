using System.Globalization;

namespace Bourse.GrainInterfaces.History;

/// <summary>
/// Where an order stands in a list: by its id, which follows the time it was created. A list's page token is the key of the last order on the page
/// (<see cref="ToToken"/>); the next page begins after it in the list's direction. The account's newer orders are laid over the read model's by it.
/// </summary>
public readonly record struct OrderKey(DateTimeOffset CreatedAt, Guid Id) : IComparable<OrderKey>
{
    public static bool operator <(OrderKey left, OrderKey right) => left.CompareTo(right) < 0;

    public static bool operator >(OrderKey left, OrderKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(OrderKey left, OrderKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(OrderKey left, OrderKey right) => left.CompareTo(right) >= 0;

    /// <summary>False for a text that <see cref="ToToken"/> did not make.</summary>
    public static bool TryParse(string token, out OrderKey key)
    {
        key = default;
        if (token.Length is < 34 or > 52 || token[^33] != '-' || !Guid.TryParseExact(token[^32..], "N", out var id)
            || !long.TryParse(token.AsSpan(0, token.Length - 33), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        key = new OrderKey(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        return true;
    }

    /// <summary>Times in ticks of 100 ns, then the id.</summary>
    public string ToToken() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt.UtcTicks}-{Id:N}");

    /// <summary>
    /// By the id's hexadecimal digits, as PostgreSQL sorts it. An order's id is a UUIDv7 of the moment it was created, so that this is the
    /// order of creation.
    /// </summary>
    public int CompareTo(OrderKey other)
    {
        Span<byte> mine = stackalloc byte[16];
        Span<byte> theirs = stackalloc byte[16];
        Id.TryWriteBytes(mine, bigEndian: true, out _);
        other.Id.TryWriteBytes(theirs, bigEndian: true, out _);
        return mine.SequenceCompareTo(theirs);
    }
}
