using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>Terms of an order that few have; null is not asked for.</summary>
/// <param name="DisplayQuantity">An iceberg shows so much at a time.</param>
/// <param name="ExpireAtMs">When a good-till-date order ends, ms since 1970 UTC.</param>
/// <param name="TrailPrice">A trailing stop's distance from the market, in the instrument's currency.</param>
/// <param name="TrailPercent">The same in percent of the price, at most 4 decimals.</param>
/// <param name="Group">The order group that the order begins, or that it is a leg of.</param>
/// <param name="Leg">Which leg it is; null for an order of its own.</param>
public sealed record AdvancedTerms(
    decimal? DisplayQuantity = null, long? ExpireAtMs = null, decimal? TrailPrice = null, decimal? TrailPercent = null,
    OrderGroupTerms? Group = null, LegKind? Leg = null)
{
    /// <summary>Millionths in a percent.</summary>
    public const decimal PpmPerPercent = 10_000m;

    private const ulong Display = 1;
    private const ulong ExpireAt = 2;
    private const ulong ByPrice = 4;
    private const ulong ByPercent = 8;
    private const ulong InGroup = 16;
    private const ulong IsLeg = 32;
    private const ulong Known = 63;

    // A set of bits that says which terms follow, in the order of their bits. A new term takes the next bit.
    internal static void Write(ref WireWriter w, AdvancedTerms terms)
    {
        w.WriteVarUInt(
            (terms.DisplayQuantity is null ? 0 : Display) | (terms.ExpireAtMs is null ? 0 : ExpireAt)
            | (terms.TrailPrice is null ? 0 : ByPrice) | (terms.TrailPercent is null ? 0 : ByPercent)
            | (terms.Group is null ? 0 : InGroup) | (terms.Leg is null ? 0 : IsLeg));
        WriteGiven(ref w, terms.DisplayQuantity);
        if (terms.ExpireAtMs is { } expireAt)
        {
            w.WriteCount(expireAt);
        }

        WriteGiven(ref w, terms.TrailPrice);
        WriteGiven(ref w, terms.TrailPercent);
        if (terms.Group is { } group)
        {
            OrderGroupTerms.Write(ref w, group);
        }

        if (terms.Leg is { } leg)
        {
            w.WriteByte((byte)leg);
        }
    }

    internal static AdvancedTerms Read(ref WireReader r)
    {
        var bits = r.ReadVarUInt();
        return (bits & ~Known) == 0
            ? new AdvancedTerms(
                (bits & Display) == 0 ? null : r.ReadDecimal(),
                (bits & ExpireAt) == 0 ? null : r.ReadCount(),
                (bits & ByPrice) == 0 ? null : r.ReadDecimal(),
                (bits & ByPercent) == 0 ? null : r.ReadDecimal(),
                (bits & InGroup) == 0 ? null : OrderGroupTerms.Read(ref r),
                (bits & IsLeg) == 0 ? null : (LegKind)OrderRequestCodec.ReadEnum(ref r, 1, 2))
            : throw new WireFormatException($"An order's terms {bits} are unknown.");
    }

    private static void WriteGiven(ref WireWriter w, decimal? value)
    {
        if (value is { } given)
        {
            w.WriteDecimal(given);
        }
    }
}
