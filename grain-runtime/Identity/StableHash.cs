namespace Orleans;

/// <summary>A hash that is the same in every process and on every machine. Not for secrets.</summary>
public static class StableHash
{
    /// <summary>The hash of some bytes.</summary>
    public static uint ComputeHash(ReadOnlySpan<byte> data)
    {
        // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), then the avalanche step of MurmurHash3, so that
        // the low bits that choose a partition depend on every byte.
        var hash = 2166136261u;
        foreach (var value in data)
        {
            hash = (hash ^ value) * 16777619u;
        }

        hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
        return hash ^ (hash >> 16);
    }

    /// <summary>The hash of a text's UTF-8 bytes.</summary>
    public static uint ComputeHash(string data) => ComputeHash(System.Text.Encoding.UTF8.GetBytes(data));
}
