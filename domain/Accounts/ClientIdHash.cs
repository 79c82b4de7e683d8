namespace Bourse.Domain.Accounts;

/// <summary>A fingerprint of a client order id: FNV-1a of 64 bits, then mixed. The same on every machine and in every process, unlike string.GetHashCode.</summary>
internal static class ClientIdHash
{
    public static ulong Of(string id)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in id)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        hash ^= hash >> 32;
        return hash * 0x9E3779B97F4A7C15UL;
    }
}
