using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>Writes a batch's trades straight into their month's partition.</summary>
internal sealed class TradeRows(MonthlyPartitions partitions)
{
    private readonly CopyBuffer _buffer = new();

    /// <summary>The partitions of a batch's trades, made where missing.</summary>
    public async Task<List<(string Partition, List<TradeRow> Trades)>> Split(ReadModelBatch batch, CancellationToken cancellation)
    {
        var split = new Dictionary<int, (string Partition, List<TradeRow> Trades)>();
        foreach (var trade in batch.Trades)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(trade.Trade.TimeMs);
            var month = MonthlyPartitions.MonthNumber(time.UtcDateTime);
            if (!split.TryGetValue(month, out var part))
            {
                part = (await partitions.Ensure("trades", time, cancellation), new List<TradeRow>(batch.Trades.Count));
                split.Add(month, part);
            }

            part.Trades.Add(trade);
        }

        return [.. split.Values];
    }

    public async Task Insert(NpgsqlConnection connection, string partition, List<TradeRow> trades, CancellationToken cancellation)
    {
        _buffer.Begin();
        foreach (var (symbol, trade) in trades)
        {
            _buffer.BeginRow(14);
            _buffer.Write(Fingerprint.Of(trade.TakerAccount));
            _buffer.Write(Fingerprint.Of(trade.MakerAccount));
            _buffer.WriteTimeMs(trade.TimeMs);
            _buffer.Write(trade.Number);
            _buffer.Write((short)trade.Side);
            _buffer.Write(trade.TakerOrderId);
            _buffer.Write(trade.MakerOrderId);
            _buffer.Write(symbol);
            _buffer.Write(trade.TakerAccount);
            _buffer.Write(trade.MakerAccount);
            _buffer.Write(trade.Price);
            _buffer.Write(trade.Quantity);
            _buffer.Write(trade.TakerFee);
            _buffer.Write(trade.MakerFee);
        }

        _buffer.End();
        await RawCopy.Write(
            connection,
            $"""
            COPY {partition} (taker_key, maker_key, time, number, side, taker_order_id, maker_order_id, symbol, taker_account, maker_account,
            price, quantity, taker_fee, maker_fee) FROM STDIN (FORMAT BINARY)
            """,
            _buffer.Memory,
            cancellation);
    }
}
