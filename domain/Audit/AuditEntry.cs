using System.Security.Cryptography;
using System.Text;

namespace Bourse.Domain.Audit;

/// <summary>One thing that somebody did and that is to be answered for. Texts hold no control characters.</summary>
/// <param name="Seq">Counts up by one, from 1.</param>
/// <param name="Event">A stable dotted name: <c>kill_switch.set</c>.</param>
/// <param name="Actor">Who: a user's id, <c>cli</c>, or empty when nobody was signed in.</param>
/// <param name="Address">From where; empty when it came from inside.</param>
/// <param name="Target">What it was done to: a user's or account's id, a symbol; may be empty.</param>
/// <param name="Reason">Why; empty where no reason is asked for.</param>
/// <param name="Details">What changed; may be empty.</param>
/// <param name="PreviousHash">The hash of the entry before; 64 zeros for the first.</param>
/// <param name="Hash">See <see cref="ComputeHash"/>.</param>
/// <param name="Id">Tells an entry that is asked for again from a new one; part of neither hash nor export. Empty where it was asked for once only.</param>
public sealed record AuditEntry(
    long Seq,
    long TimeMs,
    string Event,
    string Actor,
    string Address,
    string Target,
    string Reason,
    string Details,
    string PreviousHash,
    string Hash,
    Guid Id = default)
{
    /// <summary>What stands before the first entry.</summary>
    public static string FirstHash { get; } = new('0', 64);

    /// <summary>
    /// SHA-256, in lower-case hexadecimal digits, of the members up to the details in the order of the record, the previous hash before them:
    /// each as UTF-8 and followed by a line feed. So anybody can prove an export with nothing but <c>sha256sum</c>.
    /// </summary>
    public string ComputeHash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{PreviousHash}\n{Seq}\n{TimeMs}\n{Event}\n{Actor}\n{Address}\n{Target}\n{Reason}\n{Details}\n"))));
}
