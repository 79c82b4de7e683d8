using Bourse.Domain.Books;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>A batch's trades, laid out as they come, and written to their month's partition in the order of their takers' index.</summary>
internal sealed class TradeRows
{
    private readonly List<Month> _months = [];
    private readonly CopyBuffer _sorted = new();

    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        if (_months.Count > 1)
        {
            _months.RemoveRange(1, _months.Count - 1);
        }

        _months.ForEach(month => month.Begin());
    }

    public void Add(Name symbol, in BookTradeView trade, Name taker, Name maker, long timeMs)
    {
        Count++;
        var buffer = MonthOf(timeMs).Take(taker.Fingerprint);
        buffer.BeginRow(14);
        buffer.Write(taker.Fingerprint);
        buffer.Write(maker.Fingerprint);
        buffer.WriteTimeMs(timeMs);
        buffer.Write(trade.Number);
        buffer.Write((short)trade.Side);
        buffer.Write(trade.TakerOrderId);
        buffer.Write(trade.MakerOrderId);
        buffer.WriteUtf8(symbol.Utf8);
        buffer.WriteUtf8(taker.Utf8);
        buffer.WriteUtf8(maker.Utf8);
        buffer.Write(trade.Price);
        buffer.Write(trade.Quantity);
        buffer.Write(trade.TakerFee);
        buffer.Write(trade.MakerFee);
    }

    /// <summary>Makes the partitions that are missing: before the transaction, so that it never waits for one.</summary>
    public async Task MakePartitions(MonthlyPartitions partitions, CancellationToken cancellation)
    {
        foreach (var month in _months)
        {
            await partitions.Ensure("trades", month.Start, cancellation);
        }
    }

    /// <summary>Writes them.</summary>
    public async Task Insert(NpgsqlConnection connection, MonthlyPartitions partitions, CancellationToken cancellation)
    {
        foreach (var month in _months)
        {
            if (month.IsEmpty)
            {
                continue;
            }

            month.LayOut(_sorted);
            await RawCopy.Write(
                connection,
                $"""
                COPY {await partitions.Ensure("trades", month.Start, cancellation)} (taker_key, maker_key, time, number, side, taker_order_id, maker_order_id,
                symbol, taker_account, maker_account, price, quantity, taker_fee, maker_fee) FROM STDIN (FORMAT BINARY)
                """,
                _sorted.Memory,
                cancellation);
        }
    }

    private Month MonthOf(long timeMs)
    {
        foreach (var month in _months)
        {
            if (month.Holds(timeMs))
            {
                return month;
            }
        }

        var time = DateTimeOffset.FromUnixTimeMilliseconds(timeMs);
        var start = new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var added = new Month(start, start.ToUnixTimeMilliseconds(), start.AddMonths(1).ToUnixTimeMilliseconds());
        added.Begin();
        _months.Insert(0, added);
        return added;
    }

    private sealed class Month(DateTimeOffset start, long fromMs, long toMs)
    {
        private readonly CopyBuffer _rows = new();
        private readonly List<int> _starts = [];
        private readonly SortedPlaces _byTaker = new();

        public DateTimeOffset Start => start;

        public bool IsEmpty => _starts.Count == 0;

        public void Begin()
        {
            _rows.Begin();
            _starts.Clear();
            _byTaker.Clear();
        }

        public bool Holds(long timeMs) => timeMs >= fromMs && timeMs < toMs;

        /// <summary>What the next row goes to.</summary>
        public CopyBuffer Take(long takerKey)
        {
            _byTaker.Add(takerKey, _starts.Count);
            _starts.Add(_rows.Written.Length);
            return _rows;
        }

        public void LayOut(CopyBuffer sorted)
        {
            sorted.Begin();
            foreach (var place in _byTaker.Sorted())
            {
                var end = place + 1 < _starts.Count ? _starts[place + 1] : _rows.Written.Length;
                sorted.WriteRaw(_rows.Written[_starts[place]..end]);
            }

            sorted.End();
        }
    }
}
