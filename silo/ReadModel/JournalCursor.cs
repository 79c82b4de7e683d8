namespace Bourse.Silo.ReadModel;

/// <summary>A place in the journal's commit order: everything at or before it is done.</summary>
/// <param name="Xid">The transaction.</param>
/// <param name="Position">The row within it.</param>
internal readonly record struct JournalCursor(ulong Xid, long Position);

/// <summary>A row of the journal as the projector reads it.</summary>
internal readonly record struct TailRow(JournalCursor Cursor, string Stream, byte[] Payload, long Version, int Count, DateTimeOffset Time);
