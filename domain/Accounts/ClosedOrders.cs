using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>
/// The orders of an account that ended lately, oldest first, kept as bytes: as objects they would be most of what every garbage
/// collection has to visit and move.
/// </summary>
internal sealed class ClosedOrders
{
    private readonly Room _bytes = new();

    // A ring: the order with the running number n stands at n modulo the length, which is a power of two.
    private Slot[] _slots = new Slot[4];
    private long _first = 1;
    private long _next = 1;

    public int Count => (int)(_next - _first);

    /// <summary>When the oldest was changed last, ms since 1970. There must be one.</summary>
    public long OldestUpdatedAtMs => SlotAt(_first).UpdatedAtMs;

    /// <summary>Keeps the order, whose <see cref="Order.ClientIdHash"/> is set.</summary>
    /// <returns>Its running number, from 1.</returns>
    public long Add(Order order)
    {
        if (Count == _slots.Length)
        {
            Grow();
        }

        var start = _bytes.End;
        var w = new WireWriter(_bytes);
        OrderCodec.Write(ref w, order);
        w.Flush();
        SlotAt(_next) = new Slot(order.Id, order.ClientIdHash, order.UpdatedAtMs, start, (int)(_bytes.End - start));
        return _next++;
    }

    /// <summary>Forgets the oldest and tells its number and the fingerprint of the client order id that it had. There must be one.</summary>
    public (long Number, ulong ClientIdHash) RemoveOldest()
    {
        ref readonly var slot = ref SlotAt(_first);
        _bytes.Drop(slot.Length);
        return (_first++, slot.ClientIdHash);
    }

    /// <summary>Looks at one after the other, the newest first.</summary>
    /// <returns>A new object, or null.</returns>
    public Order? Find(Guid orderId)
    {
        for (var number = _next - 1; number >= _first; number--)
        {
            if (SlotAt(number).Id == orderId)
            {
                return Read(number);
            }
        }

        return null;
    }

    /// <returns>A new object.</returns>
    public Order Read(long number)
    {
        var r = new WireReader(BytesOf(SlotAt(number)));
        return OrderCodec.Read(ref r);
    }

    public List<Order> All()
    {
        var orders = new List<Order>(Count);
        for (var number = _first; number < _next; number++)
        {
            orders.Add(Read(number));
        }

        return orders;
    }

    /// <summary>Each order as <see cref="OrderCodec"/> writes it.</summary>
    public void Save(ref WireWriter w)
    {
        w.WriteCount(Count);
        for (var number = _first; number < _next; number++)
        {
            w.WriteRaw(BytesOf(SlotAt(number)));
        }
    }

    private ref Slot SlotAt(long number) => ref _slots[number & (_slots.Length - 1)];

    private ReadOnlySpan<byte> BytesOf(in Slot slot) => _bytes.Slice(slot.Start, slot.Length);

    private void Grow()
    {
        var grown = new Slot[_slots.Length * 2];
        for (var number = _first; number < _next; number++)
        {
            grown[number & (grown.Length - 1)] = SlotAt(number);
        }

        _slots = grown;
    }

    /// <param name="Start">Where its bytes begin, counted from the first ever written.</param>
    private readonly record struct Slot(Guid Id, ulong ClientIdHash, long UpdatedAtMs, long Start, int Length);

    /// <summary>Bytes added at the end and dropped at the beginning.</summary>
    private sealed class Room : IBufferWriter<byte>
    {
        private byte[] _bytes = [];
        private int _head;
        private int _tail;
        private long _dropped;

        public long End => _dropped + _tail - _head;

        public ReadOnlySpan<byte> Slice(long start, int length) => _bytes.AsSpan(_head + (int)(start - _dropped), length);

        public void Drop(int count)
        {
            _head += count;
            _dropped += count;
        }

        public void Advance(int count) => _tail += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Ensure(sizeHint);
            return _bytes.AsMemory(_tail);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Ensure(sizeHint);
            return _bytes.AsSpan(_tail);
        }

        private void Ensure(int sizeHint)
        {
            sizeHint = Math.Max(sizeHint, 1);
            if (_bytes.Length - _tail >= sizeHint)
            {
                return;
            }

            var used = _bytes.AsSpan(_head, _tail - _head);
            var target = used.Length + sizeHint > _bytes.Length / 2 ? new byte[Math.Max(512, (used.Length + sizeHint) * 2)] : _bytes;
            used.CopyTo(target);
            (_bytes, _tail, _head) = (target, used.Length, 0);
        }
    }
}
