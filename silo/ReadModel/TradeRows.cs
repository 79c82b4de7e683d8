using Bourse.Domain.Books;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>A batch's trades, laid out as they come for their month's partition, and with each account that had a side of them.</summary>
internal sealed class TradeRows
{
    private readonly List<Month> _months = [];
    private readonly AccountTradeRows _accounts = new();

    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        if (_months.Count > 1)
        {
            _months.RemoveRange(1, _months.Count - 1);
        }

        _months.ForEach(month => month.Begin());
        _accounts.Clear();
    }

    public void Add(Name symbol, in BookTradeView trade, Name taker, Name maker, long timeMs)
    {
        Count++;
        var buffer = MonthOf(timeMs).Take();
        buffer.BeginRow(12);
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
        _accounts.Add(taker, symbol, trade.Number, timeMs, isMaker: false);
        _accounts.Add(maker, symbol, trade.Number, timeMs, isMaker: true);
    }

    /// <summary>Makes the partitions that are missing: before the transaction, so that it never waits for one.</summary>
    public void MakePartitions(MonthlyPartitions partitions, CancellationToken cancellation)
    {
        foreach (var month in _months)
        {
            partitions.EnsureBlocking("trades", month.Start, cancellation);
            partitions.EnsureBlocking("account_trades", month.Start, cancellation);
        }
    }

    /// <summary>Writes them.</summary>
    public void Insert(NpgsqlConnection connection, MonthlyPartitions partitions, CancellationToken cancellation)
    {
        foreach (var month in _months)
        {
            if (month.Rows == 0)
            {
                continue;
            }

            month.Buffer.End();
            RawCopy.Write(
                connection,
                $"""
                COPY {partitions.EnsureBlocking("trades", month.Start, cancellation)} (time, number, side, taker_order_id, maker_order_id, symbol, taker_account,
                maker_account, price, quantity, taker_fee, maker_fee) FROM STDIN (FORMAT BINARY)
                """,
                month.Buffer.Written);
        }

        _accounts.Insert(connection);
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
        public DateTimeOffset Start => start;

        public CopyBuffer Buffer { get; } = new();

        public int Rows { get; private set; }

        public void Begin()
        {
            Rows = 0;
            Buffer.Begin();
        }

        public bool Holds(long timeMs) => timeMs >= fromMs && timeMs < toMs;

        public CopyBuffer Take()
        {
            Rows++;
            return Buffer;
        }
    }
}
