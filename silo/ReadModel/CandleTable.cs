using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;
using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>The tables <c>candles</c> and <c>feeds</c>, and <c>second_bars</c> beside them: statements and nothing else.</summary>
internal sealed class CandleTable(NpgsqlDataSource source, MonthlyPartitions partitions)
{
    private const string UpsertBars =
        """
        INSERT INTO candles (symbol, timeframe, price, start, open, high, low, close, volume)
        SELECT * FROM unnest($1::text[], $2::smallint[], $3::smallint[], $4::timestamptz[],
            $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[])
        ON CONFLICT (symbol, timeframe, price, start) DO UPDATE SET
            open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close, volume = EXCLUDED.volume
        """;

    private const string UpsertMarks =
        """
        INSERT INTO feeds (symbol, time, last_trade, price, bid, bid_size, ask, ask_size, day_open, volume, has_prints, open_bars)
        SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[],
            $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::boolean[], $12::bytea[])
        ON CONFLICT (symbol) DO UPDATE SET
            time = EXCLUDED.time, last_trade = EXCLUDED.last_trade, price = EXCLUDED.price, bid = EXCLUDED.bid, bid_size = EXCLUDED.bid_size,
            ask = EXCLUDED.ask, ask_size = EXCLUDED.ask_size, day_open = EXCLUDED.day_open, volume = EXCLUDED.volume, has_prints = EXCLUDED.has_prints,
            open_bars = EXCLUDED.open_bars
        """;

    private const string SelectBars =
        """
        SELECT start, open, high, low, close, volume FROM candles
        WHERE symbol = $1 AND timeframe = $2 AND price = $3 AND start >= $4 AND start < $5
        ORDER BY start DESC LIMIT $6
        """;

    private const string SelectOpenBars =
        """
        SELECT timeframe, price, start, open, high, low, close, volume FROM candles
        WHERE symbol = $1 AND (timeframe, start) IN (SELECT * FROM unnest($2::smallint[], $3::timestamptz[])) AND start >= $4 AND start <= $5
        """;

    private const string SelectNewest =
        """
        SELECT time, last_trade, price, bid, bid_size, ask, ask_size, day_open, volume, has_prints, symbol, open_bars FROM feeds WHERE symbol = ANY($1)
        """;

    private const string SelectMarksBelow =
        """
        SELECT time, last_trade, price, bid, bid_size, ask, ask_size, day_open, volume, has_prints, symbol FROM feeds
        WHERE symbol > $1 AND least(price, bid, ask) < $2 ORDER BY symbol LIMIT $3
        """;

    private static readonly DateTimeOffset s_latest = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <summary>Writes whole feeds in one transaction.</summary>
    public async Task Write(CandleBatch batch, CancellationToken cancellation)
    {
        foreach (var month in batch.Feeds.Values.SelectMany(f => f.Bars.Keys).Select(k => MonthOf(k.StartMs)).Distinct())
        {
            await partitions.Ensure("candles", month, cancellation);
        }

        foreach (var month in batch.Feeds.Values.SelectMany(f => f.Runs).Select(r => MonthOf(r.MinuteMs)).Distinct())
        {
            await partitions.Ensure("second_bars", month, cancellation);
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var commands = new NpgsqlBatch(connection, transaction) { BatchCommands = { Bars(batch), SecondBars.Write(batch), Marks(batch) } };
        await commands.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Bars of one series with a start in [from, to), oldest first, at most <paramref name="max"/> of the newest.</summary>
    public async Task<List<Bar>> Read(
        string symbol, Timeframe timeframe, BarPrice price, long fromMs, long toMs, int max, CancellationToken cancellation)
    {
        var command = source.CreateCommand(SelectBars);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = symbol });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)timeframe });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)price });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = Time(fromMs) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = Time(toMs) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        var bars = await command.ReadAll(reader => ReadBar(reader, 0), cancellation);
        bars.Reverse();
        return timeframe == Timeframe.Second ? await WithSeconds(bars, symbol, price, fromMs, toMs, max, cancellation) : bars;
    }

    // An earlier release kept bars of one second as rows too.
    private async Task<List<Bar>> WithSeconds(
        List<Bar> rows, string symbol, BarPrice price, long fromMs, long toMs, int max, CancellationToken cancellation)
    {
        var seconds = await SecondBars.Read(source, symbol, price, fromMs, toMs, max, cancellation);
        foreach (var bar in rows)
        {
            seconds.TryAdd(bar.StartMs, bar);
        }

        return [.. seconds.Values.Skip(Math.Max(0, seconds.Count - max))];
    }

    /// <summary>The bars of every series that a time falls into, as rows.</summary>
    private async Task<List<SeriesBar>> ReadOpen(string symbol, long timeMs, CancellationToken cancellation)
    {
        var timeframes = Enum.GetValues<Timeframe>();
        var starts = timeframes.Select(t => Time(FeedBars.StartOf(t, timeMs))).ToArray();
        var command = source.CreateCommand(SelectOpenBars);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = symbol });
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. timeframes.Select(t => (short)t)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = starts });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = starts.Min() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = starts.Max() });
        return await command.ReadAll(reader => new SeriesBar((Timeframe)reader.GetInt16(0), (BarPrice)reader.GetInt16(1), ReadBar(reader, 2)), cancellation);
    }

    /// <summary>The marks of feeds and their open bars; those that never had one are left out.</summary>
    public async Task<Dictionary<string, FeedCut>> ReadNewest(string[] symbols, CancellationToken cancellation)
    {
        var newest = new Dictionary<string, FeedCut>(symbols.Length, StringComparer.Ordinal);
        var old = new List<FeedMark>();
        await using (var command = source.CreateCommand(SelectNewest))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = symbols });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var mark = ReadMark(reader.GetString(10), reader);
                if (reader.IsDBNull(11))
                {
                    old.Add(mark);
                }
                else
                {
                    newest[mark.Symbol] = new FeedCut(mark, [], BarCodec.Unpack(reader.GetFieldValue<byte[]>(11)));
                }
            }
        }

        foreach (var mark in old)
        {
            newest[mark.Symbol] = new FeedCut(mark, [], await ReadOpen(mark.Symbol, mark.TimestampMs, cancellation));
        }

        return newest;
    }

    /// <summary>Marks with a price, bid or ask below a bound, by symbol.</summary>
    public async Task<List<FeedMark>> ReadMarksBelow(decimal bound, string after, int max, CancellationToken cancellation)
    {
        var command = source.CreateCommand(SelectMarksBelow);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = bound });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        return await command.ReadAll(reader => ReadMark(reader.GetString(10), reader), cancellation);
    }

    private static FeedMark ReadMark(string symbol, NpgsqlDataReader reader)
    {
        return new FeedMark(
            symbol, Decimal(2), Decimal(3), Decimal(4), Decimal(5), Decimal(6), Decimal(7), reader.GetDecimal(8),
            reader.GetFieldValue<DateTimeOffset>(0).ToUnixTimeMilliseconds(), reader.GetInt64(1), reader.GetBoolean(9));

        decimal? Decimal(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDecimal(ordinal);
    }

    private static Bar ReadBar(NpgsqlDataReader reader, int first) => new(
        reader.GetFieldValue<DateTimeOffset>(first).ToUnixTimeMilliseconds(),
        reader.GetDecimal(first + 1), reader.GetDecimal(first + 2), reader.GetDecimal(first + 3), reader.GetDecimal(first + 4), reader.GetDecimal(first + 5));

    private static NpgsqlBatchCommand Bars(CandleBatch batch)
    {
        var rows = batch.Feeds.SelectMany(f => f.Value.Bars, (f, b) => (Symbol: f.Key, b.Key, Bar: b.Value)).ToList();
        var command = new NpgsqlBatchCommand(UpsertBars);
        Add(command, NpgsqlDbType.Text, rows, r => r.Symbol);
        Add(command, NpgsqlDbType.Smallint, rows, r => (short)r.Key.Timeframe);
        Add(command, NpgsqlDbType.Smallint, rows, r => (short)r.Key.Price);
        Add(command, NpgsqlDbType.TimestampTz, rows, r => Time(r.Key.StartMs));
        Add(command, NpgsqlDbType.Numeric, rows, r => r.Bar.Open);
        Add(command, NpgsqlDbType.Numeric, rows, r => r.Bar.High);
        Add(command, NpgsqlDbType.Numeric, rows, r => r.Bar.Low);
        Add(command, NpgsqlDbType.Numeric, rows, r => r.Bar.Close);
        Add(command, NpgsqlDbType.Numeric, rows, r => r.Bar.Volume);
        return command;
    }

    private static NpgsqlBatchCommand Marks(CandleBatch batch)
    {
        var feeds = batch.Feeds.Values.Where(f => f.Mark is not null).ToList();
        var marks = feeds.ConvertAll(f => f.Mark!);
        var command = new NpgsqlBatchCommand(UpsertMarks);
        Add(command, NpgsqlDbType.Text, marks, m => m.Symbol);
        Add(command, NpgsqlDbType.TimestampTz, marks, m => Time(m.TimestampMs));
        Add(command, NpgsqlDbType.Bigint, marks, m => m.LastTrade);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.Price);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.Bid);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.BidSize);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.Ask);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.AskSize);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.DayOpen);
        Add(command, NpgsqlDbType.Numeric, marks, m => m.Volume);
        Add(command, NpgsqlDbType.Boolean, marks, m => m.HasPrints);
        Add(command, NpgsqlDbType.Bytea, feeds, f => f.Open);
        return command;
    }

    public static void Add<TRow, TValue>(NpgsqlBatchCommand command, NpgsqlDbType type, List<TRow> rows, Func<TRow, TValue> value) =>
        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = [.. rows.Select(value)], NpgsqlDbType = NpgsqlDbType.Array | type });

    private static DateTimeOffset MonthOf(long startMs)
    {
        var time = Time(startMs);
        return new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }

    public static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, 0, s_latest.ToUnixTimeMilliseconds()));
}
