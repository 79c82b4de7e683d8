using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Instruments;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Instruments;

/// <summary>
/// The silo's copy of the catalogue, at most about a second behind it. Looking up takes no lock and makes no call. Safe for any thread.
/// </summary>
public sealed partial class InstrumentCatalogue(IGrainFactory grains, TimeProvider time, ILogger<InstrumentCatalogue> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How soon a miss asks the catalogue again, however many symbols nobody knows are asked for.</summary>
    private static readonly TimeSpan MissInterval = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Instrument> _instruments = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _version;
    private long _refreshedAt;
    private Task? _refresh;

    /// <summary>Every instrument, in no order; a copy.</summary>
    public IReadOnlyCollection<Instrument> All => (IReadOnlyCollection<Instrument>)_instruments.Values;

    public bool IsEmpty => _instruments.IsEmpty;

    /// <summary>The instrument as this silo knows it.</summary>
    public bool TryGet(string symbol, [MaybeNullWhen(false)] out Instrument instrument) => _instruments.TryGetValue(symbol, out instrument);

    /// <summary>
    /// The instrument; on a miss the catalogue is asked first, at most ten times a second for all misses together. Null when there is none.
    /// Throws what the catalogue's call throws when it cannot be asked.
    /// </summary>
    public ValueTask<Instrument?> Find(string symbol) =>
        TryGet(symbol, out var known) ? new ValueTask<Instrument?>(known) : new ValueTask<Instrument?>(FindAfterRefresh(symbol));

    /// <summary>Instruments whose symbol or name holds the text, symbols that start with it first; at most <paramref name="max"/>.</summary>
    public IReadOnlyList<Instrument> Search(string text, int max) =>
        [.. _instruments
            .Select(i => i.Value)
            .Where(i => i.Symbol.Contains(text, StringComparison.OrdinalIgnoreCase) || i.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(i => i.Symbol.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            .ThenBy(i => i.Symbol, StringComparer.Ordinal)
            .Take(max)];

    /// <summary>Takes over what changed since the last time; one call at a time, shared by all who wait.</summary>
    public Task Refresh()
    {
        lock (_gate)
        {
            if (_refresh is { IsCompleted: false } running)
            {
                return running;
            }

            // Not inside a grain's turn, and without its call chain: others wait for this call too.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                return _refresh = Task.Run(RefreshNow);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await Refresh();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The next round asks again; until then the copy serves.
                LogRefreshFailed(exception);
            }
        }
        while (await Tick(timer, stoppingToken));
    }

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<Instrument?> FindAfterRefresh(string symbol)
    {
        var last = Volatile.Read(ref _refreshedAt);
        if (last == 0 || time.GetElapsedTime(last) > MissInterval)
        {
            await Refresh();
        }

        return _instruments.GetValueOrDefault(symbol);
    }

    private async Task RefreshNow()
    {
        var changes = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Key).GetChanges(_version);
        foreach (var view in changes.Instruments)
        {
            var instrument = view.ToDomain();
            _instruments[instrument.Symbol] = instrument;
        }

        _version = changes.Version;
        Volatile.Write(ref _refreshedAt, time.GetTimestamp());
    }

    [LoggerMessage(1, LogLevel.Warning, "The instrument catalogue could not be read; its copy is used until it can.")]
    private partial void LogRefreshFailed(Exception exception);
}
