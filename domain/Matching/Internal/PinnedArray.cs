using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>
/// A zeroed array that the garbage collector does not move, starting on a cache line, read without bounds checks in release builds.
/// Indices come only from the structures of this folder; debug builds check each one.
/// </summary>
internal unsafe struct PinnedArray<T> where T : unmanaged
{
    private const int CacheLineBytes = 64;

    private byte[] _bytes;
    private T* _items;

    public PinnedArray(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _bytes = GC.AllocateArray<byte>(checked(length * sizeof(T) + CacheLineBytes), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref _bytes[0]);
        _items = (T*)((address + CacheLineBytes - 1) & ~(nuint)(CacheLineBytes - 1));
        Length = length;
    }

    public int Length { get; private set; }

    public readonly ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert((uint)index < (uint)Length, "index out of the array");
            return ref _items[index];
        }
    }

    public readonly T* Pointer => _items;

    public readonly Span<T> Span => new(_items, Length);

    /// <summary>Until here the array is there, though nothing but a pointer or a span of it is in use.</summary>
    public readonly void KeepAlive() => GC.KeepAlive(_bytes);

    /// <summary>Makes the array longer; what it held stays, the rest is zero. References into the old array must not be used after this.</summary>
    public void Grow(int length)
    {
        var longer = new PinnedArray<T>(length);
        Span.CopyTo(longer.Span);
        this = longer;
    }
}
