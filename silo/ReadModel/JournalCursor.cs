namespace Bourse.Silo.ReadModel;

/// <summary>A place in the journal's commit order: everything at or before it is done.</summary>
/// <param name="Xid">The transaction.</param>
/// <param name="Position">The row within it.</param>
internal readonly record struct JournalCursor(ulong Xid, long Position) : IComparable<JournalCursor>
{
    public int CompareTo(JournalCursor other) => Xid == other.Xid ? Position.CompareTo(other.Position) : Xid.CompareTo(other.Xid);
}

/// <summary>A row of the journal as verification reads it.</summary>
internal readonly record struct TailRow(JournalCursor Cursor, string Stream, byte[] Payload, long Version, int Count, DateTimeOffset Time);

/// <summary>A row of the journal as the projector reads it, in the bytes that came from PostgreSQL.</summary>
internal readonly ref struct RawRow
{
    public required JournalCursor Cursor { get; init; }

    public required ReadOnlySpan<byte> Stream { get; init; }

    public required ReadOnlySpan<byte> Payload { get; init; }

    public required long Version { get; init; }

    public required int Count { get; init; }

    /// <summary>When it became durable, by the clock of the silo that wrote it.</summary>
    public required DateTimeOffset Time { get; init; }
}
