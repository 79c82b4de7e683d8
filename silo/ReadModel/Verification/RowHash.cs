using System.Runtime.CompilerServices;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>
/// A 64-bit fingerprint of a row or of a sequence of rows. Equal rows have equal fingerprints; a difference stays unseen once in about 10^19.
/// Sums of fingerprints compare sets whatever their order.
/// </summary>
internal struct RowHash
{
    private ulong _state;

    public readonly ulong Value => _state;

    public void Add(ulong value)
    {
        _state = (_state ^ value) * 0x9E3779B97F4A7C15UL;
        _state ^= _state >> 32;
        _state *= 0xD6E8FEB86659FD93UL;
        _state ^= _state >> 29;
    }

    public void Add(long value) => Add((ulong)value);

    public void Add(Guid value)
    {
        var parts = Unsafe.BitCast<Guid, UInt128>(value);
        Add((ulong)parts);
        Add((ulong)(parts >> 64));
    }

    public void Add(string? value)
    {
        Add(value is null ? ulong.MaxValue : (ulong)value.Length);
        foreach (var c in value ?? "")
        {
            Add(c);
        }
    }

    /// <summary>By value: 1.0 and 1.00 are the same.</summary>
    public void Add(decimal? value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value is { } known ? known / 1.0000000000000000000000000000m : 0.5m, bits);
        Add(((ulong)(uint)bits[0] << 32) | (uint)bits[1]);
        Add(((ulong)(uint)bits[2] << 32) | (uint)bits[3]);
        Add(value is null ? 1L : 0L);
    }
}
