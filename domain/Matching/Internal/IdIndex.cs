using System.Runtime.CompilerServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>
/// From an order's id to its node: open addressing with linear probing, at most half full. An entry holds the upper half of the id's hash and the
/// node's index, so that a miss rarely touches a node. Deleting shifts later entries back (Knuth, TAOCP vol. 3, 6.4, algorithm R): no tombstones.
/// </summary>
internal sealed class IdIndex
{
    private readonly OrderPool _pool;
    private PinnedArray<ulong> _entries;
    private int _shift;
    private int _mask;

    public IdIndex(OrderPool pool, int capacity)
    {
        _pool = pool;
        Size((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2));
    }

    public int Count { get; private set; }

    /// <summary>The node of an id, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long id)
    {
        var hash = Hash(id);
        for (var i = (int)(hash >> _shift); ; i = (i + 1) & _mask)
        {
            var entry = _entries[i];
            if (entry == 0) return 0;
            if ((uint)(entry >> 32) == hash && _pool[(int)entry].Id == id) return (int)entry;
        }
    }

    /// <summary>Adds an id that is not in the index.</summary>
    public void Add(long id, int node)
    {
        if (Count * 2 >= _entries.Length) Grow();
        Place(Hash(id), node);
        Count++;
    }

    /// <summary>Removes an id that is in the index, under this node.</summary>
    public void Remove(long id, int node)
    {
        var hash = Hash(id);
        var sought = ((ulong)hash << 32) | (uint)node;
        var hole = (int)(hash >> _shift);
        while (_entries[hole] != sought) hole = (hole + 1) & _mask;

        for (var i = (hole + 1) & _mask; ; i = (i + 1) & _mask)
        {
            var entry = _entries[i];
            if (entry == 0) break;
            var home = (int)((uint)(entry >> 32) >> _shift);
            if (((i - home) & _mask) < ((i - hole) & _mask)) continue;
            _entries[hole] = entry;
            hole = i;
        }

        _entries[hole] = 0;
        Count--;
    }

    public void ValidateInternalState()
    {
        var entries = 0;
        foreach (var entry in _entries.Span)
        {
            if (entry == 0) continue;
            entries++;
            Invariant.Holds(Find(_pool[(int)entry].Id) == (int)entry, "an order in the index cannot be found");
        }

        Invariant.Holds(entries == Count && Count * 2 <= _entries.Length, "the index miscounts");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(long id) => (uint)(((ulong)id * 0x9E3779B97F4A7C15UL) >> 32);

    private void Place(uint hash, int node)
    {
        var i = (int)(hash >> _shift);
        while (_entries[i] != 0) i = (i + 1) & _mask;
        _entries[i] = ((ulong)hash << 32) | (uint)node;
    }

    private void Grow()
    {
        var old = _entries;
        Size(old.Length * 2);
        foreach (var entry in old.Span)
        {
            if (entry != 0) Place((uint)(entry >> 32), (int)entry);
        }

        old.KeepAlive();
    }

    private void Size(int length)
    {
        _entries = new PinnedArray<ulong>(length);
        _mask = length - 1;
        _shift = 32 - System.Numerics.BitOperations.Log2((uint)length);
    }
}
