namespace Bourse.Silo.ReadModel;

/// <summary>
/// Fingerprints that stand for ids in the indexes of large tables: FNV-1a of 64 bits over the characters. They never change, because they
/// are stored. Two ids with one fingerprint are told apart by the ids beside it.
/// </summary>
internal static class AccountKey
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>Of an account.</summary>
    public static long Of(string account) => (long)Add(Offset, account);

    /// <summary>Of an account's client order id.</summary>
    public static long Of(string account, string clientOrderId) => (long)Add(Add(Add(Offset, account), "/"), clientOrderId);

    private static ulong Add(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }
}
