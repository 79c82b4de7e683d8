using System.Text;
using Bourse.Silo.Postgres;

namespace Bourse.Silo.ReadModel;

/// <summary>An account, symbol, currency or code, kept once for all rows that carry it.</summary>
/// <param name="number">Its own among the names of one <see cref="NamePool"/> since that was last cleared.</param>
internal sealed class Name(ReadOnlySpan<byte> utf8, int number) : IEquatable<Name>
{
    private readonly byte[] _utf8 = utf8.ToArray();

    public string Text { get; } = Encoding.UTF8.GetString(utf8);

    public ReadOnlySpan<byte> Utf8 => _utf8;

    public long Fingerprint { get; } = Postgres.Fingerprint.Of(Encoding.UTF8.GetString(utf8));

    public int Number { get; } = number;

    public bool Equals(Name? other) => ReferenceEquals(this, other) || (other is not null && Fingerprint == other.Fingerprint && Utf8.SequenceEqual(other.Utf8));

    public override bool Equals(object? obj) => Equals(obj as Name);

    public override int GetHashCode() => (int)Fingerprint;
}

/// <summary>Finds the one <see cref="Name"/> of a text in UTF-8, made where it is new. Used by one thread.</summary>
internal sealed class NamePool
{
    private const int MaxNames = 200_000;

    private readonly HashSet<Name> _names;
    private readonly HashSet<Name>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public NamePool()
    {
        _names = new HashSet<Name>(new ByUtf8());
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public Name Of(ReadOnlySpan<byte> utf8)
    {
        if (!_lookup.TryGetValue(utf8, out var name))
        {
            name = new Name(utf8, _names.Count);
            _names.Add(name);
        }

        return name;
    }

    public Name Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Forgets all names when they have become many. Numbers begin anew: not while any are in use.</summary>
    public void Trim()
    {
        if (_names.Count > MaxNames)
        {
            _names.Clear();
        }
    }

    private sealed class ByUtf8 : IEqualityComparer<Name>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Name>
    {
        public bool Equals(Name? x, Name? y) => x is null ? y is null : x.Equals(y);

        public int GetHashCode(Name obj) => GetHashCode(obj.Utf8);

        public bool Equals(ReadOnlySpan<byte> alternate, Name other) => alternate.SequenceEqual(other.Utf8);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public Name Create(ReadOnlySpan<byte> alternate) => throw new NotSupportedException("names are made by the pool, which numbers them");
    }
}
