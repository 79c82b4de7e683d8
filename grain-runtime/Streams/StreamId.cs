using System.Globalization;
using System.Text;

namespace Orleans.Runtime;

/// <summary>The identity of a stream: a namespace and a key, in UTF-8.</summary>
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>
{
    private readonly byte[]? _full;
    private readonly ushort _namespaceLength;
    private readonly int _hash;

    private StreamId(byte[] full, ushort namespaceLength)
    {
        _full = full;
        _namespaceLength = namespaceLength;
        _hash = (int)(StableHash.ComputeHash(full) * 31) + namespaceLength;
    }

    /// <summary>Namespace and key, one after the other.</summary>
    public ReadOnlyMemory<byte> FullKey => _full;

    /// <summary>The namespace.</summary>
    public ReadOnlyMemory<byte> Namespace => _full.AsMemory(0, _namespaceLength);

    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key => _full.AsMemory(_namespaceLength);

    /// <summary>The stream of a namespace and a GUID, which is written with 32 digits.</summary>
    public static StreamId Create(string? ns, Guid key) => Create(ns, key.ToString("N"));

    /// <summary>The stream of a namespace and a number, which is written in decimal.</summary>
    public static StreamId Create(string? ns, long key) => Create(ns, key.ToString(CultureInfo.InvariantCulture));

    /// <summary>The stream of a namespace and a key.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static StreamId Create(string? ns, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return Create(Encoding.UTF8.GetBytes(ns ?? ""), Encoding.UTF8.GetBytes(key));
    }

    /// <summary>The stream of a namespace and a key, both in UTF-8.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentException("A stream needs a key.", nameof(key));
        }

        var full = new byte[ns.Length + key.Length];
        ns.CopyTo(full);
        key.CopyTo(full.AsSpan(ns.Length));
        return new StreamId(full, checked((ushort)ns.Length));
    }

    /// <summary>The key as a text.</summary>
    public string GetKeyAsString() => Encoding.UTF8.GetString(Key.Span);

    /// <summary>The namespace as a text; null where there is none.</summary>
    public string? GetNamespace() => _namespaceLength == 0 ? null : Encoding.UTF8.GetString(Namespace.Span);

    /// <inheritdoc />
    public bool Equals(StreamId other) =>
        _hash == other._hash && _namespaceLength == other._namespaceLength && _full.AsSpan().SequenceEqual(other._full);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;

    /// <inheritdoc />
    public int CompareTo(StreamId other)
    {
        var byNamespace = Namespace.Span.SequenceCompareTo(other.Namespace.Span);
        return byNamespace != 0 ? byNamespace : Key.Span.SequenceCompareTo(other.Key.Span);
    }

    /// <summary>Same namespace and key.</summary>
    public static bool operator ==(StreamId s1, StreamId s2) => s1.Equals(s2);

    /// <summary>Another namespace or key.</summary>
    public static bool operator !=(StreamId s1, StreamId s2) => !s1.Equals(s2);

    /// <summary>Written <c>namespace/key</c>.</summary>
    public override string ToString() => _full is null ? "" : $"{GetNamespace() ?? "null"}/{GetKeyAsString()}";
}
