using System.Runtime.CompilerServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>What rests at one price.</summary>
internal struct Level
{
    public long Quantity;

    /// <summary>The order with the least priority; only while <see cref="Count"/> is above 0.</summary>
    public int Last;

    public int Count;

    /// <summary>The leaf that it is in, × 64, and its place there. On a free level: the next free one.</summary>
    public int Home;
}

/// <summary>
/// The price levels of one side: found by rank, and the next better one by bit scans. Levels are 24 bytes in one array; above them stands a
/// <see cref="RankTree"/>. Memory follows the open levels: at worst two tree nodes of 320 bytes a level.
/// </summary>
internal sealed class PriceLevels
{
    private readonly RankTree _tree = new();
    private PinnedArray<Level> _levels = new(16);
    private int _used = 1;
    private int _free;

    /// <summary>A level by its index, which is never 0.</summary>
    public ref Level this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _levels[index];
    }

    /// <summary>The level of a rank, made empty if need be. References to levels must not be used after this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindOrAdd(long rank)
    {
        var leaf = _tree.FindOrAddLeaf(rank);
        var level = _tree.Cell(leaf, rank);
        return level != 0 ? level : Add(leaf, rank);
    }

    /// <summary>The level of a rank, or 0.</summary>
    public int Find(long rank)
    {
        var leaf = _tree.FindLeaf(rank);
        return leaf == 0 ? 0 : _tree.Cell(leaf, rank);
    }

    /// <summary>The next better level, or 0.</summary>
    public int BetterThan(int level) => _tree.Before(_levels[level].Home);

    /// <summary>Gives back a level that has become empty.</summary>
    public void Remove(int index)
    {
        ref var level = ref _levels[index];
        _tree.Clear(level.Home);
        level.Home = _free;
        _free = index;
    }

    public void ValidateInternalState(int expectedLevels)
    {
        var free = 0;
        for (var index = _free; index != 0; index = _levels[index].Home) free++;
        Invariant.Holds(_used - 1 - free == expectedLevels, "levels without orders, or orders without a level");
        _tree.ValidateInternalState(expectedLevels, (home, index) =>
            Invariant.Holds(_levels[index].Home == home && _levels[index].Count > 0 && _levels[index].Quantity > 0, "the tree leads to an empty level"));
    }

    private int Add(int leaf, long rank)
    {
        var index = _free;
        if (index != 0) _free = _levels[index].Home;
        else index = TakeNew();
        _levels[index] = new Level { Home = _tree.Set(leaf, rank, index) };
        return index;
    }

    private int TakeNew()
    {
        if (_used == _levels.Length) _levels.Grow(_used * 2);
        return _used++;
    }
}
