using System.Buffers.Binary;
using System.Globalization;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Reads the journal in commit order. Only rows of transactions older than every running one are read: no row can appear
/// before them any more. The rows come as <c>COPY</c> sends them, into one buffer that is used again.
/// </summary>
internal sealed class JournalTail(NpgsqlConnection connection)
{
    private readonly CopyRows _rows = new();

    /// <summary>Reads the rows after a cursor, at most so many, for <see cref="Next"/> to hand out.</summary>
    /// <param name="last">The last place that may be read; null: as far as is final.</param>
    public void Read(JournalCursor after, JournalCursor? last, int maxRows)
    {
        var until = last is { } end ? $" AND (xid, position) <= {Literal(end)}" : "";
        _rows.Read(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                COPY (SELECT xid, position, stream, payload, version, count, time FROM journal
                WHERE (xid, position) > {Literal(after)}{until} AND xid < pg_snapshot_xmin(pg_current_snapshot())
                ORDER BY xid, position LIMIT {maxRows}) TO STDOUT (FORMAT BINARY)
                """));
    }

    /// <summary>The next row of what was read; false after the last. It lives until the next <see cref="Read"/>.</summary>
    /// <exception cref="InvalidDataException">PostgreSQL sent something else.</exception>
    public bool Next(out RawRow row)
    {
        if (!_rows.NextRow(columns: 7))
        {
            row = default;
            return false;
        }

        row = new RawRow
        {
            Cursor = new JournalCursor(BinaryPrimitives.ReadUInt64BigEndian(_rows.Column(8)), BinaryPrimitives.ReadInt64BigEndian(_rows.Column(8))),
            Stream = _rows.Column(),
            Payload = _rows.Column(),
            Version = BinaryPrimitives.ReadInt64BigEndian(_rows.Column(8)),
            Count = BinaryPrimitives.ReadInt32BigEndian(_rows.Column(4)),
            Time = CopyBuffer.ToTime(BinaryPrimitives.ReadInt64BigEndian(_rows.Column(8))),
        };
        return true;
    }

    private static string Literal(JournalCursor cursor) => string.Create(CultureInfo.InvariantCulture, $"('{cursor.Xid}'::xid8, {cursor.Position})");
}
