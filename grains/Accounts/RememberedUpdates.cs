using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.Grains.Accounts;

/// <summary>
/// The newest updates of an order channel, numbered without a gap, at most <see cref="Max"/>. Each is kept as bytes in a place that the next ones
/// take over: kept as objects they lived just long enough to be moved by every collection, half of all that survived one.
/// </summary>
internal sealed class RememberedUpdates
{
    public const int Max = 256;
    private const int PlaceStep = 64;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    // By number modulo Max: the bytes of an update, or the update itself where its order has terms beyond the plain ones, which few have.
    private object?[] _places = [];
    private int _count;

    /// <summary>The number of the newest one.</summary>
    public long Newest { get; private set; }

    /// <summary>Keeps another. Where numbers are missing before it, those before the gap are forgotten.</summary>
    public void Add(OrderUpdate update)
    {
        if (_places.Length == 0)
        {
            _places = new object?[Max];
        }

        _count = update.Seq == Newest + 1 ? Math.Min(_count + 1, Max) : 1;
        Newest = update.Seq;
        ref var place = ref _places[update.Seq % Max];
        place = update.Order is { Advanced: null, Legs: null } ? Write(update, place as byte[]) : update;
    }

    /// <summary>Whether all from a number on are here.</summary>
    public bool HasAllAfter(long seq) => _count != 0 && seq >= Newest - _count;

    /// <summary>Those after a number, at most <paramref name="max"/>.</summary>
    public List<OrderUpdate> After(long seq, int max)
    {
        var updates = new List<OrderUpdate>();
        for (var next = Math.Max(seq, Newest - _count) + 1; next <= Newest && updates.Count < max; next++)
        {
            updates.Add(_places[next % Max] as OrderUpdate ?? Read((byte[])_places[next % Max]!));
        }

        return updates;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _places = [];
        _count = 0;
    }

    private static byte[] Write(OrderUpdate update, byte[]? place)
    {
        var buffer = s_buffer ??= new ArrayBufferWriter<byte>(256);
        buffer.ResetWrittenCount();
        var w = new WireWriter(buffer);
        var order = update.Order;
        w.WriteCount(update.Seq);
        w.WriteString(update.Event);
        w.WriteVarInt(update.Time.ToUnixTimeMilliseconds());
        w.WriteGuid(order.Id);
        w.WriteString(order.ClientOrderId);
        w.WriteString(order.Symbol);
        w.WriteByte((byte)order.Side);
        w.WriteByte((byte)order.Type);
        w.WriteByte((byte)order.TimeInForce);
        w.WriteDecimal(order.Quantity);
        w.WriteDecimal(order.FilledQuantity);
        w.WriteDecimalOrNull(order.FilledAveragePrice);
        w.WriteDecimalOrNull(order.LimitPrice);
        w.WriteDecimalOrNull(order.StopPrice);
        w.WriteBool(order.PostOnly);
        w.WriteBool(order.ReduceOnly);
        w.WriteByte((byte)order.SelfTradePrevention);
        w.WriteByte((byte)order.Status);
        w.WriteStringOrNull(order.RejectCode);
        w.WriteVarInt(order.CreatedAt.ToUnixTimeMilliseconds());
        w.WriteVarInt(order.UpdatedAt.ToUnixTimeMilliseconds());
        w.WriteCount(order.Seq);
        w.WriteBool(update.Fill is not null);
        if (update.Fill is { } fill)
        {
            w.WriteString(fill.TradeId);
            w.WriteDecimal(fill.Price);
            w.WriteDecimal(fill.Quantity);
            w.WriteString(fill.Liquidity);
            w.WriteDecimal(fill.Fee);
        }

        w.Flush();
        if (place is null || place.Length < buffer.WrittenCount)
        {
            place = new byte[(buffer.WrittenCount + PlaceStep - 1) / PlaceStep * PlaceStep];
        }

        buffer.WrittenSpan.CopyTo(place);
        return place;
    }

    private static OrderUpdate Read(byte[] place)
    {
        var r = new WireReader(place);
        var (seq, name, time) = (r.ReadCount(), r.ReadString(), Time(ref r));
        var order = new OrderView(
            r.ReadGuid(), r.ReadString(), r.ReadString(), (Side)r.ReadByte(), (OrderType)r.ReadByte(), (TimeInForce)r.ReadByte(),
            r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(), r.ReadDecimalOrNull(), r.ReadBool(), r.ReadBool(),
            (SelfTradePrevention)r.ReadByte(), (OrderStatus)r.ReadByte(), r.ReadStringOrNull(), Time(ref r), Time(ref r), r.ReadCount());
        var fill = r.ReadBool() ? new FillView(r.ReadString(), r.ReadDecimal(), r.ReadDecimal(), r.ReadString(), r.ReadDecimal()) : null;
        return new OrderUpdate(seq, name, order, fill, time);
    }

    private static DateTimeOffset Time(ref WireReader r) => DateTimeOffset.FromUnixTimeMilliseconds(r.ReadVarInt());
}
