using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>The table <c>second_bars</c>: runs of packed bars, read back from the newest.</summary>
internal static class SecondBars
{
    private const long MinuteMs = 60_000;
    private const int PageRuns = 500;

    private const string Insert =
        """
        INSERT INTO second_bars (symbol, minute, bars) SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bytea[])
        """;

    private const string Select =
        """
        SELECT minute, id, bars FROM second_bars
        WHERE symbol = $1 AND minute >= $2 AND minute <= $3 AND (minute, id) < ($3, $4)
        ORDER BY minute DESC, id DESC LIMIT $5
        """;

    public static NpgsqlBatchCommand Write(CandleBatch batch)
    {
        var rows = batch.Feeds.SelectMany(f => f.Value.Runs, (f, r) => (Symbol: f.Key, Run: r)).ToList();
        var command = new NpgsqlBatchCommand(Insert);
        CandleTable.Add(command, NpgsqlDbType.Text, rows, r => r.Symbol);
        CandleTable.Add(command, NpgsqlDbType.TimestampTz, rows, r => CandleTable.Time(r.Run.MinuteMs));
        CandleTable.Add(command, NpgsqlDbType.Bytea, rows, r => r.Run.Bars);
        return command;
    }

    /// <summary>Bars of one price that start in [from, to), at least <paramref name="max"/> of the newest where there are so many.</summary>
    public static async Task<SortedDictionary<long, Bar>> Read(
        NpgsqlDataSource source, string symbol, BarPrice price, long fromMs, long toMs, int max, CancellationToken cancellation)
    {
        var bars = new SortedDictionary<long, (long Id, Bar Bar)>();
        var (minuteMs, id) = (toMs, long.MaxValue);
        for (var rows = PageRuns; rows == PageRuns && bars.Count(b => b.Key >= minuteMs + MinuteMs) < max;)
        {
            var command = source.CreateCommand(Select);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = symbol });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = CandleTable.Time(fromMs - (fromMs % MinuteMs)) });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = CandleTable.Time(minuteMs) });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageRuns });
            var page = await command.ReadAll(
                reader => (reader.GetFieldValue<DateTimeOffset>(0).ToUnixTimeMilliseconds(), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)), cancellation);
            rows = page.Count;
            foreach (var row in page)
            {
                (minuteMs, id, var run) = row;
                foreach (var (_, kind, bar) in BarCodec.Unpack(run))
                {
                    if (kind == price && bar.StartMs >= fromMs && bar.StartMs < toMs && (!bars.TryGetValue(bar.StartMs, out var known) || known.Id <= id))
                    {
                        bars[bar.StartMs] = (id, bar);
                    }
                }
            }
        }

        return new SortedDictionary<long, Bar>(bars.ToDictionary(b => b.Key, b => b.Value.Bar));
    }
}
