using System.Text;

namespace Bourse.Silo.Postgres;

/// <summary>
/// 64-bit fingerprints that stand for names in the indexes of large tables, which then compare numbers: FNV-1a over the characters. They never
/// change, because they are stored. Two names with one fingerprint are told apart by the names beside it.
/// </summary>
internal static class Fingerprint
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>Of an account's id, or of a stream's name.</summary>
    public static long Of(string name) => (long)Add(Offset, name);

    /// <summary>
    /// Of an account's client order id: its upper half is that of the account, so that an account's are neighbours in an index.
    /// </summary>
    public static long Of(string account, string clientOrderId) => Neighbour(Of(account), SpreadOf(account, clientOrderId));

    /// <inheritdoc cref="Of(string, string)"/>
    /// <param name="account">The fingerprint of the account.</param>
    /// <param name="clientOrderId">In UTF-8.</param>
    public static long Of(long account, ReadOnlySpan<byte> clientOrderId) => Neighbour(account, SpreadOf(account, clientOrderId));

    /// <summary>Of an account's client order id, as orders have it that were written before migration 61.</summary>
    public static long SpreadOf(string account, string clientOrderId) => (long)Add(Add(Add(Offset, account), "/"), clientOrderId);

    private static long Neighbour(long account, long spread) => (account & ~0xFFFF_FFFFL) | (uint)(spread ^ (spread >> 32));

    private static long SpreadOf(long account, ReadOnlySpan<byte> clientOrderId)
    {
        var hash = ((ulong)account ^ '/') * Prime;
        if (!Ascii.IsValid(clientOrderId))
        {
            return (long)Add(hash, Encoding.UTF8.GetString(clientOrderId));
        }

        foreach (var c in clientOrderId)
        {
            hash = (hash ^ c) * Prime;
        }

        return (long)hash;
    }

    private static ulong Add(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }
}
