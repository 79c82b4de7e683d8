using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Whose events a row holds.</summary>
internal enum RowKind : byte { Account, Book, Venue }

/// <summary>Cuts a row after given events, so that the state between them can be looked at.</summary>
internal static class RowSplitter
{
    /// <param name="after">Versions within the row, in order.</param>
    /// <exception cref="WireFormatException">The events cannot be read.</exception>
    public static List<TailRow> Split(TailRow row, IReadOnlyList<long> after, RowKind kind)
    {
        var parts = new List<TailRow>();
        var (version, offset) = (row.Version, 0);
        var end = 0;
        var next = row.Version;
        foreach (var cut in after)
        {
            for (; next <= cut; next++)
            {
                end += Length(row.Payload.AsSpan(end), kind);
            }

            parts.Add(row with { Version = version, Count = (int)(next - version), Payload = row.Payload[offset..end] });
            (version, offset) = (next, end);
        }

        if (version < row.Version + row.Count)
        {
            parts.Add(row with { Version = version, Count = (int)(row.Version + row.Count - version), Payload = row.Payload[offset..] });
        }

        return parts;
    }

    private static int Length(ReadOnlySpan<byte> bytes, RowKind kind)
    {
        var rest = bytes;
        var reader = new WireReader(bytes);
        switch (kind)
        {
            case RowKind.Account:
                AccountEventCodec.Read(ref rest);
                return bytes.Length - rest.Length;
            case RowKind.Book:
                BookJournal.Read(ref reader);
                break;
            default:
                VenueEventCodec.Read(ref reader);
                break;
        }

        return bytes.Length - reader.Rest.Length;
    }
}
