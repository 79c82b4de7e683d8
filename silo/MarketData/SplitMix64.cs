namespace Bourse.Silo.MarketData;

/// <summary>
/// A small seeded generator with the same numbers everywhere, for simulations only. After Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators" (OOPSLA 2014).
/// </summary>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>A number from 0 to below the bound, which is above 0; even as far as 64 bits allow.</summary>
    public ulong Below(ulong bound) => Math.BigMul(Next(), bound, out _);

    /// <summary>A number that a text always has, to give each its own generator.</summary>
    public static ulong HashOf(string text)
    {
        var hash = 0UL;
        foreach (var c in text)
        {
            hash = Mix(hash + c + 0x9E3779B97F4A7C15);
        }

        return hash;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
