using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Rows by key, in the order in which their keys came. Cleared, it keeps its memory for the next batch, so that a batch leaves no garbage
/// that lived as long as it did.
/// </summary>
internal sealed class FoldedRows<TKey, TRow>
    where TKey : notnull
    where TRow : struct
{
    private readonly Dictionary<TKey, int> _places = [];
    private TRow[] _rows = new TRow[256];

    public int Count => _places.Count;

    public ReadOnlySpan<TRow> All => _rows.AsSpan(0, Count);

    /// <summary>The row of a key, all zero where it is new. The reference holds until the next call.</summary>
    public ref TRow Of(TKey key, out bool isNew)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, key, out var known);
        isNew = !known;
        if (isNew)
        {
            place = _places.Count - 1;
            if (place == _rows.Length)
            {
                Array.Resize(ref _rows, _rows.Length * 2);
            }

            _rows[place] = default;
        }

        return ref _rows[place];
    }

    public void Clear() => _places.Clear();
}

/// <summary>A column of a statement's array parameters.</summary>
internal interface IColumn<TRow>
{
    /// <summary>Its values of these rows.</summary>
    NpgsqlParameter Fill(ReadOnlySpan<TRow> rows);
}

/// <summary>Takes one column out of a row.</summary>
internal delegate TValue ColumnValue<TRow, out TValue>(in TRow row);

/// <inheritdoc cref="IColumn{TRow}"/>
internal sealed class Column<TRow, TValue>(NpgsqlDbType type, ColumnValue<TRow, TValue> value) : IColumn<TRow>
{
    private readonly List<TValue> _values = [];

    public NpgsqlParameter Fill(ReadOnlySpan<TRow> rows)
    {
        CollectionsMarshal.SetCount(_values, rows.Length);
        var values = CollectionsMarshal.AsSpan(_values);
        for (var i = 0; i < rows.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return new NpgsqlParameter<List<TValue>> { TypedValue = _values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}

/// <summary>A statement whose parameters <c>$1, $2…</c> are the columns of a set of rows. Used for one set after the other, by one thread.</summary>
internal sealed class RowStatement<TRow>(string sql, params IColumn<TRow>[] columns)
{
    /// <summary>Adds itself for these rows, if there are any.</summary>
    public void AddTo(NpgsqlBatch batch, ReadOnlySpan<TRow> rows)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns)
        {
            command.Parameters.Add(column.Fill(rows));
        }

        batch.BatchCommands.Add(command);
    }
}

/// <summary>Values of rows as PostgreSQL takes them.</summary>
internal static class Rows
{
    /// <summary>A time of ms since 1970; 0 becomes null.</summary>
    public static DateTime? Time(long ms) => ms == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime;
}
