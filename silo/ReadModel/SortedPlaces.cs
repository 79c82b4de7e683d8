using System.Runtime.InteropServices;

namespace Bourse.Silo.ReadModel;

/// <summary>Places of rows, to be had in the order of an index, whose pages then are at hand.</summary>
internal sealed class SortedPlaces
{
    private readonly List<long> _keys = [];
    private readonly List<int> _places = [];

    public int Count => _places.Count;

    public void Add(long key, int place)
    {
        _keys.Add(key);
        _places.Add(place);
    }

    public ReadOnlySpan<int> Sorted()
    {
        var places = CollectionsMarshal.AsSpan(_places);
        CollectionsMarshal.AsSpan(_keys).Sort(places);
        return places;
    }

    public void Clear()
    {
        _keys.Clear();
        _places.Clear();
    }
}
