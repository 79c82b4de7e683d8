using Bourse.Domain.Candles;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Npgsql;

namespace Bourse.Silo.MarketData;

/// <summary>
/// Back-fills the charts from files, beside the feeds, whose quotes stay as they are: ticks become bars of every length; bars are kept as they are, and the
/// longer ones are made of them. A bar that was there is replaced, so that an import can be repeated.
/// </summary>
public sealed class CandleImport : IAsyncDisposable
{
    private const int BatchBars = 20_000;

    private readonly NpgsqlDataSource _source;
    private readonly CandleTable _table;
    private readonly Dictionary<string, List<SeriesBar>> _waiting = new(StringComparer.Ordinal);
    private int _bars;

    private CandleImport(NpgsqlDataSource source) => (_source, _table) = (source, new CandleTable(source, new MonthlyPartitions(source)));

    /// <summary>Bars in the database so far, the longer ones that were made included.</summary>
    public long Written { get; private set; }

    /// <summary>Opens a database, and brings its tables up to date.</summary>
    public static async Task<CandleImport> Open(string connectionString, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        try
        {
            await Migrator.MigrateAsync(source, cancellation);
            return new CandleImport(source);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Takes a file of bars.</summary>
    /// <exception cref="TickFileException">A line cannot be read; what came before it is kept.</exception>
    public async Task AddBars(string file, string? symbol, Timeframe timeframe, CancellationToken cancellation)
    {
        var longer = new Dictionary<(string Symbol, BarPrice Price), CandleRollup[]>();
        foreach (var (of, price, bar) in new BarFileReader(file, symbol, ((CandleLength)timeframe).Milliseconds()).Read())
        {
            if (!longer.TryGetValue((of, price), out var rollups))
            {
                longer[(of, price)] = rollups = [.. Enum.GetValues<CandleLength>().Where(l => l > (CandleLength)timeframe).Select(l => new CandleRollup(l))];
            }

            await Add(of, new SeriesBar(timeframe, price, bar), cancellation);
            foreach (var rollup in rollups)
            {
                await Add(of, rollup.Length, price, rollup.Add(new Candle(bar.StartMs, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume)), cancellation);
            }
        }

        foreach (var ((of, price), rollups) in longer)
        {
            foreach (var rollup in rollups)
            {
                await Add(of, rollup.Length, price, rollup.Finish(), cancellation);
            }
        }

        await Write(cancellation);
    }

    /// <summary>Takes a file of ticks, in order of their time for each symbol.</summary>
    /// <exception cref="TickFileException">A line cannot be read; what came before it is kept.</exception>
    public async Task AddTicks(string file, CancellationToken cancellation)
    {
        var symbols = new Dictionary<string, CandleSet>(StringComparer.Ordinal);
        var completed = new List<CompletedCandle>();
        using var reader = TickFileReader.Open(file);
        while (reader.TryRead(out var line))
        {
            if (!symbols.TryGetValue(line.Symbol, out var candles))
            {
                symbols[line.Symbol] = candles = new CandleSet();
            }

            var tick = line.Tick;
            candles.Add(tick.TimestampMs, tick.Price, tick.Size, tick.Bid, tick.Ask, completed);
            await Add(line.Symbol, completed, cancellation);
        }

        foreach (var (symbol, candles) in symbols)
        {
            candles.Complete(long.MaxValue, completed);
            await Add(symbol, completed, cancellation);
        }

        await Write(cancellation);
    }

    private async ValueTask Add(string symbol, List<CompletedCandle> completed, CancellationToken cancellation)
    {
        foreach (var (length, price, bar) in completed)
        {
            await Add(symbol, length, (BarPrice)price, bar, cancellation);
        }

        completed.Clear();
    }

    private ValueTask Add(string symbol, CandleLength length, BarPrice price, Candle? bar, CancellationToken cancellation) => bar is { } b
        ? Add(symbol, new SeriesBar((Timeframe)length, price, new Bar(b.StartMs, b.Open, b.High, b.Low, b.Close, b.Volume)), cancellation)
        : ValueTask.CompletedTask;

    private async ValueTask Add(string symbol, SeriesBar bar, CancellationToken cancellation)
    {
        if (!_waiting.TryGetValue(symbol, out var bars))
        {
            _waiting[symbol] = bars = [];
        }

        bars.Add(bar);
        if (++_bars == BatchBars)
        {
            await Write(cancellation);
        }
    }

    private async Task Write(CancellationToken cancellation)
    {
        var batch = new CandleBatch();
        foreach (var (symbol, bars) in _waiting)
        {
            batch.Feeds.Add(symbol, new FeedChanges(bars));
        }

        await _table.Write(batch, cancellation);
        Written += _bars;
        _waiting.Clear();
        _bars = 0;
    }
}
