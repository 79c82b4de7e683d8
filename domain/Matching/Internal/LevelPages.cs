using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>What rests at one price.</summary>
internal struct Level
{
    public long Quantity;

    /// <summary>The order with the least priority; only while <see cref="Count"/> is above 0.</summary>
    public int Last;

    public int Count;
}

/// <summary>
/// The price levels of one side, in pages of 64 neighbouring ranks, chained in rank order. A page is found by a direct-mapped cache that covers
/// 16,384 neighbouring ranks without a conflict, behind it by binary search. Pages without a level are given back, so memory follows the open orders:
/// at worst one page (1 kB) an order. A new page among P costs a move of up to 12 P bytes.
/// </summary>
internal sealed class LevelPages
{
    private const int PageShift = 6;
    private const int CacheSize = 256;

    private PinnedArray<Level> _levels = new(2 << PageShift);
    private PinnedArray<Page> _pages = new(2);
    private PinnedArray<CachedPage> _cache = new(CacheSize);
    private long[] _sortedKeys = new long[4];
    private int[] _sortedPages = new int[4];
    private int _count;
    private int _used = 1;
    private int _free;

    /// <summary>A level by its slot: page × 64 + place in the page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Level Level(int slot) => ref _levels[slot];

    /// <summary>The page of a key (rank / 64), made if need be. References to levels must not be used after this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindOrAdd(long key)
    {
        ref var cached = ref _cache[(int)key & (CacheSize - 1)];
        return cached.Key == key && cached.Page != 0 ? cached.Page : FindOrAddSlow(key);
    }

    /// <summary>The page of a key, or 0.</summary>
    public int Find(long key)
    {
        var at = Array.BinarySearch(_sortedKeys, 0, _count, key);
        return at < 0 ? 0 : _sortedPages[at];
    }

    /// <summary>Marks a level as used; returns the slot of the next better used level, or -1.</summary>
    public int Mark(int pageIndex, int bit)
    {
        ref var page = ref _pages[pageIndex];
        var better = page.Used & ((1UL << bit) - 1);
        page.Used |= 1UL << bit;
        if (better != 0) return (pageIndex << PageShift) | BitOperations.Log2(better);
        return page.Prev == 0 ? -1 : (page.Prev << PageShift) | BitOperations.Log2(_pages[page.Prev].Used);
    }

    /// <summary>Marks a level as empty; a page without levels is given back.</summary>
    public void Clear(int pageIndex, int bit)
    {
        ref var page = ref _pages[pageIndex];
        page.Used &= ~(1UL << bit);
        if (page.Used == 0) Release(pageIndex);
    }

    public void ValidateInternalState(int expectedLevels)
    {
        var levels = 0;
        for (var at = 0; at < _count; at++)
        {
            ref var page = ref _pages[_sortedPages[at]];
            Invariant.Holds(page.Key == _sortedKeys[at] && (at == 0 || _sortedKeys[at - 1] < page.Key), "pages not in order");
            Invariant.Holds(page.Used != 0, "empty page kept");
            Invariant.Holds(page.Prev == (at == 0 ? 0 : _sortedPages[at - 1]) && page.Next == (at == _count - 1 ? 0 : _sortedPages[at + 1]), "broken page chain");
            levels += BitOperations.PopCount(page.Used);
            for (var bit = 0; bit < 1 << PageShift; bit++)
            {
                ref var level = ref _levels[(_sortedPages[at] << PageShift) | bit];
                var used = (page.Used >> bit & 1) != 0;
                Invariant.Holds(used == level.Count > 0 && used == level.Quantity > 0, "level's bit differs from its orders");
            }
        }

        Invariant.Holds(levels == expectedLevels, "levels without orders, or orders without a level");
        foreach (ref var cached in _cache.Span)
        {
            Invariant.Holds(cached.Page == 0 || Find(cached.Key) == cached.Page, "stale page in the cache");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindOrAddSlow(long key)
    {
        var at = Array.BinarySearch(_sortedKeys, 0, _count, key);
        var page = at >= 0 ? _sortedPages[at] : Add(key, ~at);
        _cache[(int)key & (CacheSize - 1)] = new CachedPage { Key = key, Page = page };
        return page;
    }

    private int Add(long key, int at)
    {
        var index = _free;
        if (index != 0) _free = _pages[index].Next;
        else index = TakeNew();

        if (_count == _sortedKeys.Length)
        {
            Array.Resize(ref _sortedKeys, _count * 2);
            Array.Resize(ref _sortedPages, _count * 2);
        }

        Array.Copy(_sortedKeys, at, _sortedKeys, at + 1, _count - at);
        Array.Copy(_sortedPages, at, _sortedPages, at + 1, _count - at);
        _sortedKeys[at] = key;
        _sortedPages[at] = index;
        _count++;

        ref var page = ref _pages[index];
        page.Key = key;
        page.Used = 0;
        page.Prev = at == 0 ? 0 : _sortedPages[at - 1];
        page.Next = at == _count - 1 ? 0 : _sortedPages[at + 1];
        if (page.Prev != 0) _pages[page.Prev].Next = index;
        if (page.Next != 0) _pages[page.Next].Prev = index;
        return index;
    }

    private int TakeNew()
    {
        if (_used == _pages.Length)
        {
            _pages.Grow(_used * 2);
            _levels.Grow(_used * 2 << PageShift);
        }

        return _used++;
    }

    private void Release(int index)
    {
        ref var page = ref _pages[index];
        if (page.Prev != 0) _pages[page.Prev].Next = page.Next;
        if (page.Next != 0) _pages[page.Next].Prev = page.Prev;

        var at = Array.BinarySearch(_sortedKeys, 0, _count, page.Key);
        _count--;
        Array.Copy(_sortedKeys, at + 1, _sortedKeys, at, _count - at);
        Array.Copy(_sortedPages, at + 1, _sortedPages, at, _count - at);

        ref var cached = ref _cache[(int)page.Key & (CacheSize - 1)];
        if (cached.Page == index) cached = default;
        page.Next = _free;
        _free = index;
    }

    /// <summary>64 neighbouring levels; Prev is the next better page that has a level, 0 = none.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Page
    {
        public long Key;
        public ulong Used;
        public int Prev;
        public int Next;
    }

    private struct CachedPage
    {
        public long Key;
        public int Page;
    }
}
