namespace Bourse.Domain.Matching.Internal;

/// <summary>The price levels that commands touched since they were last taken, with repeats; past its bound it only remembers that there were too many.</summary>
internal sealed class DepthChanges
{
    private const int Bound = 4096;

    private readonly (Side Side, long Price)[] _touched = new (Side, long)[Bound];
    private int _count;

    public bool Overflowed { get; private set; }

    public void Add(Side side, long price)
    {
        if (Overflowed || (_count > 0 && _touched[_count - 1] == (side, price))) return;
        if (_count == Bound && Distinct().Length > Bound / 2) Overflowed = true;
        else _touched[_count++] = (side, price);
    }

    /// <summary>Each touched level once, bids before asks, prices rising. Valid until the next change.</summary>
    public ReadOnlySpan<(Side Side, long Price)> Distinct()
    {
        _touched.AsSpan(0, _count).Sort();
        var distinct = 0;
        for (var i = 0; i < _count; i++)
        {
            if (distinct == 0 || _touched[distinct - 1] != _touched[i]) _touched[distinct++] = _touched[i];
        }

        _count = distinct;
        return _touched.AsSpan(0, _count);
    }

    public void Clear()
    {
        _count = 0;
        Overflowed = false;
    }
}
