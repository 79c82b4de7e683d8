using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Cuts a row after given events, so that the state between them can be looked at.</summary>
internal static class RowSplitter
{
    /// <param name="after">Versions within the row, in order.</param>
    /// <exception cref="WireFormatException">The events cannot be read.</exception>
    public static List<TailRow> Split(TailRow row, IReadOnlyList<long> after, bool isBook)
    {
        var parts = new List<TailRow>();
        var (version, offset) = (row.Version, 0);
        var end = 0;
        var next = row.Version;
        foreach (var cut in after)
        {
            for (; next <= cut; next++)
            {
                end += Length(row.Payload.AsSpan(end), isBook);
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

    private static int Length(ReadOnlySpan<byte> bytes, bool isBook)
    {
        if (isBook)
        {
            var reader = new WireReader(bytes);
            BookJournal.Read(ref reader);
            return bytes.Length - reader.Rest.Length;
        }

        var rest = bytes;
        AccountEventCodec.Read(ref rest);
        return bytes.Length - rest.Length;
    }
}
