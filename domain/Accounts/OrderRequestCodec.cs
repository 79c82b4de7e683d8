using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>The bytes of an order request, the same in events and in snapshots.</summary>
internal static class OrderRequestCodec
{
    // A flag that says that advanced terms stand behind the request.
    private const int HasAdvanced = 16;

    public static void Write(ref WireWriter w, OrderRequest request)
    {
        w.WriteString(request.Symbol);
        w.WriteByte((byte)request.Side);
        w.WriteByte((byte)request.Type);
        w.WriteByte((byte)request.TimeInForce);
        w.WriteDecimal(request.Quantity);
        w.WriteDecimalOrNull(request.LimitPrice);
        w.WriteDecimalOrNull(request.StopPrice);
        w.WriteByte((byte)((request.PostOnly ? 1 : 0) | (request.ReduceOnly ? 2 : 0) | ((byte)request.SelfTradePrevention << 2)
            | (request.Advanced is null ? 0 : HasAdvanced)));
        w.WriteString(request.ClientOrderId);
        if (request.Advanced is { } advanced)
        {
            AdvancedTerms.Write(ref w, advanced);
        }
    }

    public static OrderRequest Read(ref WireReader r)
    {
        var symbol = r.ReadName();
        var side = (Side)ReadEnum(ref r, 1, 2);
        var type = (OrderType)ReadEnum(ref r, 1, 5);
        var timeInForce = (TimeInForce)ReadEnum(ref r, 1, 5);
        var quantity = r.ReadDecimal();
        var limitPrice = r.ReadDecimalOrNull();
        var stopPrice = r.ReadDecimalOrNull();
        var flags = ReadFlags(ref r);
        return new OrderRequest(
            symbol, side, type, timeInForce, quantity, limitPrice, stopPrice, (flags & 1) != 0, (flags & 2) != 0,
            PreventionOf(flags), r.ReadString(), (flags & HasAdvanced) != 0 ? AdvancedTerms.Read(ref r) : null);
    }

    /// <summary>As <see cref="Read(ref WireReader)"/>, into a view.</summary>
    public static void Read(scoped ref WireReader r, ref AccountEventView view)
    {
        view.Symbol = r.ReadBytes();
        view.Side = (Side)ReadEnum(ref r, 1, 2);
        view.Type = (OrderType)ReadEnum(ref r, 1, 5);
        view.TimeInForce = (TimeInForce)ReadEnum(ref r, 1, 5);
        view.Quantity = r.ReadDecimal();
        view.LimitPrice = r.ReadDecimalOrNull();
        view.StopPrice = r.ReadDecimalOrNull();
        var flags = ReadFlags(ref r);
        (view.PostOnly, view.ReduceOnly, view.SelfTradePrevention) = ((flags & 1) != 0, (flags & 2) != 0, PreventionOf(flags));
        view.ClientOrderId = r.ReadBytes();
        view.Advanced = (flags & HasAdvanced) != 0 ? AdvancedTerms.Read(ref r) : null;
    }

    public static byte ReadEnum(ref WireReader r, byte least, byte most)
    {
        var value = r.ReadByte();
        return value >= least && value <= most ? value : throw new WireFormatException($"A value {value} is not within {least} to {most}.");
    }

    private static byte ReadFlags(ref WireReader r)
    {
        var flags = r.ReadByte();
        return flags <= (HasAdvanced | 15) && PreventionOf(flags) <= SelfTradePrevention.CancelBoth
            ? flags
            : throw new WireFormatException($"A request's flags {flags} are malformed.");
    }

    private static SelfTradePrevention PreventionOf(byte flags) => (SelfTradePrevention)((flags >> 2) & 3);
}
