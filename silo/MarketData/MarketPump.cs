using System.Collections.Concurrent;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Grains.Instruments;
using Bourse.Silo.Venues;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Bourse.Silo.MarketData;

/// <summary>Brings a source's ticks to the feeds, each symbol in a lane of its own, and runs the house's makers and its taker.</summary>
public sealed partial class MarketPump(
    IGrainFactory grains, InstrumentCatalogue catalogue, MarketDataOptions options, TimeProvider time, ILogger<MarketPump> logger,
    VenueSymbols? venues = null)
{
    private readonly ConcurrentDictionary<string, SymbolLane> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Task> _work = [];
    private readonly ConcurrentBag<Task> _makers = [];

    /// <summary>Runs until the source has ended and every tick is with its feed. The makers stay until the cancellation.</summary>
    /// <exception cref="TickFileException">The source cannot be read on; every tick before is with its feed.</exception>
    public async Task Run(IMarketDataSource source, CancellationToken cancellation)
    {
        await AddMissing(source.Symbols, source, cancellation);
        foreach (var symbol in source.Symbols)
        {
            await OpenLane(symbol, source, cancellation);
        }

        if (options is { Taker: true, Makers: true, Source: MarketDataKind.Simulator })
        {
            _makers.Add(Task.Run(() => new HouseTaker(Markets, grains, options.Seed, time, logger).Run(cancellation), cancellation));
        }

        try
        {
            await foreach (var batch in source.Read(cancellation))
            {
                foreach (var tick in batch)
                {
                    var lane = _lanes.TryGetValue(tick.Symbol, out var open) ? open : await OpenLane(tick.Symbol, source, cancellation);
                    await lane.Add(tick.Tick, cancellation);
                }
            }
        }
        finally
        {
            foreach (var lane in _lanes.Values)
            {
                lane.Complete();
            }

            await Task.WhenAll(_work);
        }
    }

    /// <summary>Completes when the makers and the taker have stopped.</summary>
    public Task WaitForMakers() => Task.WhenAll(_makers);

    private List<(Instrument, Tick)> Markets() => [.. _lanes.Values.Where(l => l.Instrument.Venue is null).Select(l => (l.Instrument, l.Newest))];

    private async Task<SymbolLane> OpenLane(string symbol, IMarketDataSource source, CancellationToken cancellation)
    {
        var instrument = await catalogue.Find(symbol);
        if (instrument is null)
        {
            await AddMissing([symbol], source, cancellation);
            await catalogue.Refresh();
            instrument = await catalogue.Find(symbol) ?? throw new InvalidOperationException($"The catalogue did not take {symbol}.");
        }

        var makerLeads = options.Source != MarketDataKind.Replay || !ReplaySpeed.TryParse(options.Speed, out var speed) || !speed.IsMax;

        // The house quotes on the platform's own books only: elsewhere its orders would be real ones.
        var maker = options.Makers && instrument.Venue is null ? new HouseMaker(instrument, grains, options, time, logger) : null;
        var lane = new SymbolLane(instrument, grains.GetGrain<IFeedGrain>(symbol), maker, makerLeads, time, logger);
        _lanes[symbol] = lane;
        _work.Add(Task.Run(() => lane.Run(cancellation), cancellation));
        if (maker is not null)
        {
            _makers.Add(Task.Run(() => maker.Run(cancellation), cancellation));
        }

        return lane;
    }

    /// <summary>Tells the catalogue of symbols that it does not know; what it knows stays as it is.</summary>
    private async Task AddMissing(IReadOnlyList<string> symbols, IMarketDataSource source, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await catalogue.Refresh();
        var missing = symbols.Where(s => !catalogue.TryGet(s, out _)).Select(source.Describe).Select(i => venues?.Apply(i) ?? i).ToList();
        if (missing.Count > 0)
        {
            await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Key).Upsert(missing);
            LogAdded(missing.Count);
            await catalogue.Refresh();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} instruments of the source were added to the catalogue.")]
    private partial void LogAdded(int count);
}
