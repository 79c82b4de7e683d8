using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>
/// From rank to level, ordered: leaves of 64 neighbouring ranks under blocks of 64 leaves (4,096 ranks), each with a bitmap of what it holds, so that the next
/// better level is at most three bit scans away. A leaf is found through a direct-mapped cache that covers 16,384 neighbouring ranks without a conflict,
/// behind it through the blocks, which stand in a sorted array. Empty leaves and blocks are given back. A new block among B moves up to 12 B bytes.
/// </summary>
internal sealed unsafe class RankTree
{
    private const int Bits = 6;
    private const int Mask = (1 << Bits) - 1;
    private const int CacheSize = 256;

    private PinnedArray<Node> _nodes = new(4);
    private PinnedArray<CachedLeaf> _cache = new(CacheSize);
    private long[] _blockKeys = new long[4];
    private int[] _blocks = new int[4];
    private int _blockCount;
    private int _used = 1;
    private int _free;

    /// <summary>The leaf of a rank, made if need be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindOrAddLeaf(long rank)
    {
        var key = rank >> Bits;
        ref var cached = ref _cache[(int)key & (CacheSize - 1)];
        return cached.Key == key && cached.Leaf != 0 ? cached.Leaf : FindOrAddSlow(key);
    }

    /// <summary>The leaf of a rank, or 0.</summary>
    public int FindLeaf(long rank)
    {
        var key = rank >> Bits;
        var at = Array.BinarySearch(_blockKeys, 0, _blockCount, key >> Bits);
        return at < 0 ? 0 : _nodes[_blocks[at]].Cells[key & Mask];
    }

    /// <summary>What a leaf holds for a rank: a level's index, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Cell(int leaf, long rank) => _nodes[leaf].Cells[rank & Mask];

    /// <summary>Puts a level into a leaf; returns its home: leaf × 64 + place.</summary>
    public int Set(int leaf, long rank, int level)
    {
        var place = (int)rank & Mask;
        SetCell(ref _nodes[leaf], place, level);
        return (leaf << Bits) | place;
    }

    /// <summary>Takes a level out by its home.</summary>
    public void Clear(int home)
    {
        var leaf = home >> Bits;
        ref var node = ref _nodes[leaf];
        ClearCell(ref node, home & Mask);
        if (node.Used == 0) ReleaseLeaf(leaf);
    }

    /// <summary>The level before a home in rank order, the next better one, or 0.</summary>
    public int Before(int home)
    {
        ref var leaf = ref _nodes[home >> Bits];
        var better = leaf.Used & ((1UL << (home & Mask)) - 1);
        if (better != 0) return leaf.Cells[BitOperations.Log2(better)];

        ref var block = ref _nodes[leaf.Parent];
        better = block.Used & ((1UL << (int)(leaf.Key & Mask)) - 1);
        if (better != 0) return LastCell(block.Cells[BitOperations.Log2(better)]);

        var at = Array.BinarySearch(_blockKeys, 0, _blockCount, block.Key);
        return at == 0 ? 0 : LastCell(LastCell(_blocks[at - 1]));
    }

    public void ValidateInternalState(int expectedLevels, Action<int, int> checkLevel)
    {
        var levels = 0;
        for (var at = 0; at < _blockCount; at++)
        {
            ref var block = ref _nodes[_blocks[at]];
            Invariant.Holds(block.Key == _blockKeys[at] && (at == 0 || _blockKeys[at - 1] < block.Key), "blocks not in order");
            Invariant.Holds(block.Used != 0, "empty block kept");
            for (var i = 0; i <= Mask; i++)
            {
                var leafIndex = block.Cells[i];
                Invariant.Holds((block.Used >> i & 1) != 0 == (leafIndex != 0), "block's bit differs from its leaf");
                if (leafIndex == 0) continue;
                ref var leaf = ref _nodes[leafIndex];
                Invariant.Holds(leaf.Used != 0 && leaf.Parent == _blocks[at] && leaf.Key == (block.Key << Bits) + i, "leaf out of place");
                for (var j = 0; j <= Mask; j++)
                {
                    Invariant.Holds((leaf.Used >> j & 1) != 0 == (leaf.Cells[j] != 0), "leaf's bit differs from its level");
                    if (leaf.Cells[j] == 0) continue;
                    checkLevel((leafIndex << Bits) | j, leaf.Cells[j]);
                    levels++;
                }
            }
        }

        Invariant.Holds(levels == expectedLevels, "the tree holds other levels than the list");
        foreach (ref var cached in _cache.Span)
        {
            Invariant.Holds(cached.Leaf == 0 || FindLeaf(cached.Key << Bits) == cached.Leaf, "stale leaf in the cache");
        }
    }

    private int LastCell(int node) => _nodes[node].Cells[BitOperations.Log2(_nodes[node].Used)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindOrAddSlow(long key)
    {
        var at = Array.BinarySearch(_blockKeys, 0, _blockCount, key >> Bits);
        var block = at >= 0 ? _blocks[at] : AddBlock(key >> Bits, ~at);
        var place = (int)key & Mask;
        var leaf = _nodes[block].Cells[place];
        if (leaf == 0)
        {
            leaf = TakeNode(key, block);
            SetCell(ref _nodes[block], place, leaf);
        }

        _cache[(int)key & (CacheSize - 1)] = new CachedLeaf { Key = key, Leaf = leaf };
        return leaf;
    }

    private int AddBlock(long key, int at)
    {
        if (_blockCount == _blocks.Length)
        {
            Array.Resize(ref _blockKeys, _blockCount * 2);
            Array.Resize(ref _blocks, _blockCount * 2);
        }

        Array.Copy(_blockKeys, at, _blockKeys, at + 1, _blockCount - at);
        Array.Copy(_blocks, at, _blocks, at + 1, _blockCount - at);
        _blockCount++;
        _blockKeys[at] = key;
        return _blocks[at] = TakeNode(key, parent: 0);
    }

    private void ReleaseLeaf(int leaf)
    {
        ref var node = ref _nodes[leaf];
        ref var cached = ref _cache[(int)node.Key & (CacheSize - 1)];
        if (cached.Leaf == leaf) cached = default;
        var block = node.Parent;
        ClearCell(ref _nodes[block], (int)node.Key & Mask);
        ReturnNode(leaf);
        if (_nodes[block].Used == 0) ReleaseBlock(block);
    }

    private void ReleaseBlock(int block)
    {
        var at = Array.BinarySearch(_blockKeys, 0, _blockCount, _nodes[block].Key);
        _blockCount--;
        Array.Copy(_blockKeys, at + 1, _blockKeys, at, _blockCount - at);
        Array.Copy(_blocks, at + 1, _blocks, at, _blockCount - at);
        ReturnNode(block);
    }

    /// <summary>A node without cells: fresh ones are zero, and given-back ones had been emptied.</summary>
    private int TakeNode(long key, int parent)
    {
        var index = _free;
        if (index != 0) _free = _nodes[index].Parent;
        else
        {
            if (_used == _nodes.Length) _nodes.Grow(_used * 2);
            index = _used++;
        }

        _nodes[index].Key = key;
        _nodes[index].Parent = parent;
        return index;
    }

    private void ReturnNode(int index)
    {
        _nodes[index].Parent = _free;
        _free = index;
    }

    private static void SetCell(ref Node node, int place, int content)
    {
        node.Cells[place] = content;
        node.Used |= 1UL << place;
    }

    private static void ClearCell(ref Node node, int place)
    {
        node.Cells[place] = 0;
        node.Used &= ~(1UL << place);
    }

    /// <summary>A leaf (its cells are levels) or a block (its cells are leaves).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 320)]
    private struct Node
    {
        public ulong Used;

        /// <summary>Of a leaf: rank / 64; of a block: rank / 4,096.</summary>
        public long Key;

        /// <summary>Of a leaf: its block. Of a free node: the next free one.</summary>
        public int Parent;

        public fixed int Cells[1 << Bits];
    }

    private struct CachedLeaf
    {
        public long Key;
        public int Leaf;
    }
}
