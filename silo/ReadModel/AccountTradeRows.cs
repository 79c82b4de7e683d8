using System.Runtime.InteropServices;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Which trades the accounts of a batch had a side of: one row for each account and span of time, so that a side takes no entry of its own in any index.
/// </summary>
internal sealed class AccountTradeRows
{
    /// <summary>How long the time is whose trades may stand in one row, ms; whole in a month. A span may have many rows: each batch adds its own.</summary>
    public const long SpanMs = 10_000;

    private const uint SmallInt = 21;
    private const uint BigInt = 20;
    private const uint Text = 25;
    private const uint TimestampTz = 1184;

    private readonly List<Side> _sides = [];
    private readonly CopyBuffer _buffer = new();

    /// <summary>What a side is called in the table; the order is that of activities of one trade.</summary>
    public static short Role(bool isMaker) => isMaker ? (short)1 : (short)2;

    /// <summary>The start of the span that holds a time, ms since 1970.</summary>
    public static long SpanOf(long timeMs) => timeMs - (timeMs % SpanMs);

    public void Clear() => _sides.Clear();

    public void Add(Name account, Name symbol, long number, long timeMs, bool isMaker) => _sides.Add(new Side(account, SpanOf(timeMs), symbol, number, timeMs, isMaker));

    /// <summary>Writes them; the partitions are there.</summary>
    public void Insert(NpgsqlConnection connection)
    {
        if (_sides.Count != 0)
        {
            LayOut();
            RawCopy.Write(
                connection,
                "COPY account_trades (account_key, start, account, symbols, numbers, times, roles) FROM STDIN (FORMAT BINARY)",
                _buffer.Written);
        }
    }

    private void LayOut()
    {
        var sides = CollectionsMarshal.AsSpan(_sides);
        sides.Sort(default(BySpan));
        _buffer.Begin();
        for (var from = 0; from < sides.Length;)
        {
            var to = from + 1;
            while (to < sides.Length && BySpan.Compare(sides[from], sides[to]) == 0)
            {
                to++;
            }

            Write(sides[from..to]);
            from = to;
        }

        _buffer.End();
    }

    private void Write(ReadOnlySpan<Side> row)
    {
        _buffer.BeginRow(7);
        _buffer.Write(row[0].Account.Fingerprint);
        _buffer.WriteTimeMs(row[0].SpanMs);
        _buffer.WriteUtf8(row[0].Account.Utf8);
        var symbolBytes = 0;
        foreach (ref readonly var side in row)
        {
            symbolBytes += side.Symbol.Utf8.Length;
        }

        _buffer.BeginArray(Text, row.Length, symbolBytes);
        foreach (ref readonly var side in row)
        {
            _buffer.WriteUtf8(side.Symbol.Utf8);
        }

        _buffer.BeginArray(BigInt, row.Length, row.Length * sizeof(long));
        foreach (ref readonly var side in row)
        {
            _buffer.Write(side.Number);
        }

        _buffer.BeginArray(TimestampTz, row.Length, row.Length * sizeof(long));
        foreach (ref readonly var side in row)
        {
            _buffer.WriteTimeMs(side.TimeMs);
        }

        _buffer.BeginArray(SmallInt, row.Length, row.Length * sizeof(short));
        foreach (ref readonly var side in row)
        {
            _buffer.Write(Role(side.IsMaker));
        }
    }

    private readonly record struct Side(Name Account, long SpanMs, Name Symbol, long Number, long TimeMs, bool IsMaker);

    /// <summary>In the order of the table's index; equal are those of one row.</summary>
    private readonly struct BySpan : IComparer<Side>
    {
        public static int Compare(in Side x, in Side y)
        {
            if (ReferenceEquals(x.Account, y.Account))
            {
                return x.SpanMs.CompareTo(y.SpanMs);
            }

            var byKey = x.Account.Fingerprint.CompareTo(y.Account.Fingerprint);
            return byKey != 0 ? byKey : x.Account.Number.CompareTo(y.Account.Number);
        }

        int IComparer<Side>.Compare(Side x, Side y) => Compare(x, y);
    }
}
