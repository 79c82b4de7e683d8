using System.Buffers;
using System.Buffers.Binary;
using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>
/// The whole state as bytes: version, last trade price, trade count, then the four lists (bids, asks, buy stops, sell stops), each a count and its
/// orders in priority order; in version 2, which only a book with special orders has, then these: a count and their terms by id; in version 3, which only a book with
/// pairs has, the terms say the other order too. Of a book that collects or has a band, the version has its highest bit set and those stand behind the header. Little-endian. The same
/// commands give the same bytes.
/// </content>
public sealed partial class OrderBook
{
    private const byte PlainVersion = 1;
    private const byte SpecialVersion = 2;
    private const byte PairVersion = 3;

    // A flag of the version: behind the header stand the band and whether the book collects.
    private const byte Guarded = 0x80;
    private const int GuardBytes = 1 + 8 + 8;
    private const int SpecialBytes = (4 * 8) + 4;
    private const int HeaderBytes = 1 + 8 + 8;
    private const int OrderBytes = (5 * 8) + 4 + 5;

    /// <summary>Writes the state that <see cref="Load"/> reads.</summary>
    public void Save(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var header = writer.GetSpan(HeaderBytes);
        var hasPairs = _specials.Count != 0 && _specials.Values.Any(static s => s.TwinId != 0);
        header[0] = _specials.Count == 0 ? PlainVersion : hasPairs ? PairVersion : SpecialVersion;
        BinaryPrimitives.WriteInt64LittleEndian(header[1..], _lastTrade);
        BinaryPrimitives.WriteInt64LittleEndian(header[9..], _tradeCount);
        var isGuarded = _collecting || _bandLow != 0 || _bandHigh != MaxPriceTicks;
        if (isGuarded) header[0] |= Guarded;
        writer.Advance(HeaderBytes);
        if (isGuarded) SaveGuard(writer);
        foreach (var queue in (ReadOnlySpan<PriceTimeQueue>)[_bids, _asks, _buyStops, _sellStops]) Save(queue, writer);
        if (_specials.Count != 0) SaveSpecials(writer, hasPairs);
    }

    /// <summary>A book that goes on exactly as the saved one would.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a snapshot of a version that this code knows, or hold more orders than the options allow.</exception>
    public static OrderBook Load(ReadOnlySpan<byte> snapshot, OrderBookOptions? options = null)
    {
        if (snapshot.Length < HeaderBytes || (snapshot[0] & ~Guarded) is not (PlainVersion or SpecialVersion or PairVersion)) throw new InvalidDataException("Not a snapshot of an order book, or of another version.");
        var book = new OrderBook(options)
        {
            _lastTrade = BinaryPrimitives.ReadInt64LittleEndian(snapshot[1..]),
            _tradeCount = BinaryPrimitives.ReadInt64LittleEndian(snapshot[9..]),
        };
        if (book._lastTrade is < 0 or > MaxPriceTicks || book._tradeCount < 0) throw new InvalidDataException("The order book's snapshot has an impossible last trade.");
        var rest = snapshot[HeaderBytes..];
        if ((snapshot[0] & Guarded) != 0) book.LoadGuard(ref rest);
        foreach (var queue in (ReadOnlySpan<PriceTimeQueue>)[book._bids, book._asks, book._buyStops, book._sellStops]) book.Load(queue, ref rest);
        var version = snapshot[0] & ~Guarded;
        if (version != PlainVersion) book.LoadSpecials(ref rest, hasPairs: version == PairVersion);
        if (!rest.IsEmpty) throw new InvalidDataException("Bytes after the end of the order book's snapshot.");
        book._changes?.Clear();
        try
        {
            book.ValidateInternalState();
        }
        catch (InvalidOperationException broken)
        {
            throw new InvalidDataException("The order book's snapshot contradicts itself.", broken);
        }

        return book;
    }

    private void SaveGuard(IBufferWriter<byte> writer)
    {
        var bytes = writer.GetSpan(GuardBytes);
        bytes[0] = _collecting ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], _bandLow);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[9..], _bandHigh);
        writer.Advance(GuardBytes);
    }

    private void LoadGuard(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < GuardBytes) throw new InvalidDataException("The order book's snapshot ends early.");
        var (low, high) = (BinaryPrimitives.ReadInt64LittleEndian(rest[1..]), BinaryPrimitives.ReadInt64LittleEndian(rest[9..]));
        if (rest[0] > 1 || low < 0 || high < low || high > MaxPriceTicks) throw new InvalidDataException("The order book's snapshot has an impossible band.");
        SetBand(low, high);
        _collecting = rest[0] == 1;
        rest = rest[GuardBytes..];
    }

    private void Save(PriceTimeQueue queue, IBufferWriter<byte> writer)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), queue.Count);
        writer.Advance(4);
        for (var index = queue.First; index != queue.Anchor; index = _pool[index].Next)
        {
            ref var node = ref _pool[index];
            var bytes = writer.GetSpan(OrderBytes);
            BinaryPrimitives.WriteInt64LittleEndian(bytes, node.Id);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], queue.Flip(node.Rank));
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], node.Leaves);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], node.Filled);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], node.IsHeld ? node.LimitPrice : 0);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], node.Account);
            bytes[44] = (byte)node.Side;
            bytes[45] = (byte)node.Type;
            bytes[46] = (byte)node.Tif;
            bytes[47] = (byte)node.Stp;
            bytes[48] = node.PostOnly ? (byte)1 : (byte)0;
            writer.Advance(OrderBytes);
        }
    }

    private void SaveSpecials(IBufferWriter<byte> writer, bool hasPairs)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), _specials.Count);
        writer.Advance(4);
        foreach (var id in _specials.Keys.Order())
        {
            var (terms, hidden) = (_specials[id].Terms, _specials[id].HiddenLots);
            var bytes = writer.GetSpan(SpecialBytes);
            BinaryPrimitives.WriteInt64LittleEndian(bytes, id);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], hidden);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], terms.DisplayLots);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], terms.TrailTicks);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], terms.TrailPpm);
            writer.Advance(SpecialBytes);
            if (!hasPairs) continue;
            BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(8), _specials[id].TwinId);
            writer.Advance(8);
        }
    }

    private void LoadSpecials(ref ReadOnlySpan<byte> rest, bool hasPairs)
    {
        var size = SpecialBytes + (hasPairs ? 8 : 0);
        if (rest.Length < 4) throw new InvalidDataException("The order book's snapshot ends early.");
        var count = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[4..];
        if (count < 0 || rest.Length / size < count) throw new InvalidDataException("The order book's snapshot ends early.");
        for (; count > 0; count--)
        {
            var id = BinaryPrimitives.ReadInt64LittleEndian(rest);
            var hidden = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
            var index = _ids.Find(id);
            if (index == 0 || _pool[index].IsSpecial || hidden is < 0 or > MaxQuantityLots) throw new InvalidDataException($"Special order {id} in the order book's snapshot is broken.");
            _incoming = new SpecialTerms(
                BinaryPrimitives.ReadInt64LittleEndian(rest[16..]), BinaryPrimitives.ReadInt64LittleEndian(rest[24..]), BinaryPrimitives.ReadInt32LittleEndian(rest[32..]));
            EnterSpecial(ref _pool[index]);
            SpecialOf(id).HiddenLots = hidden;
            if (hasPairs) SpecialOf(id).TwinId = BinaryPrimitives.ReadInt64LittleEndian(rest[SpecialBytes..]);
            rest = rest[size..];
        }
    }

    private void Load(PriceTimeQueue queue, ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 4) throw new InvalidDataException("The order book's snapshot ends early.");
        var count = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[4..];
        if (count < 0 || rest.Length / OrderBytes < count) throw new InvalidDataException("The order book's snapshot ends early.");
        if (_ids.Count + count > _maxOrders) throw new InvalidDataException("The order book's snapshot holds more orders than are allowed.");
        for (; count > 0; count--)
        {
            Load(queue, rest[..OrderBytes]);
            rest = rest[OrderBytes..];
        }
    }

    private void Load(PriceTimeQueue queue, ReadOnlySpan<byte> bytes)
    {
        var id = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var price = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        var leaves = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        var filled = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        var limit = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]);
        var side = (Side)bytes[44];
        var type = (OrderType)bytes[45];
        var isPossible = id > 0 && price is > 0 and <= MaxPriceTicks && limit is >= 0 and <= MaxPriceTicks
            && leaves is > 0 and <= MaxQuantityLots && filled is >= 0 and < MaxQuantityLots
            && side is (Side.Buy or Side.Sell) && type is >= OrderType.Limit and <= OrderType.TrailingStop
            && (TimeInForce)bytes[46] is >= TimeInForce.Day and <= TimeInForce.Fok && (SelfTradePrevention)bytes[47] <= SelfTradePrevention.CancelBoth;
        if (!isPossible || queue != (type == OrderType.Limit ? RestingOf(side) : StopsOf(side)) || _ids.Find(id) != 0)
        {
            throw new InvalidDataException($"Order {id} in the order book's snapshot is broken.");
        }

        var index = _pool.Take();
        ref var node = ref _pool[index];
        node.Id = id;
        node.Rank = queue.Flip(price);
        node.Leaves = leaves;
        node.Filled = filled;
        node.LimitPrice = limit;
        node.Account = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]);
        node.Side = side;
        node.Type = type;
        node.Tif = (TimeInForce)bytes[46];
        node.Stp = (SelfTradePrevention)bytes[47];
        node.PostOnly = bytes[48] != 0;
        node.IsSpecial = false;
        Enter(node, index);
        queue.Insert(index);
    }
}
