using System.Collections.Concurrent;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Instruments;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;

namespace Bourse.Silo.Venues;

/// <summary>
/// Brings what a broker says to the grain of its symbol. What gets lost on the way is harmless: grains with open orders are kept awake, and ask for themselves
/// when they have not heard for a while and at each new connection.
/// </summary>
internal sealed partial class BrokerHub(
    OutsideBroker broker, NpgsqlDataSource database, IGrainFactory grains, InstrumentCatalogue catalogue, ILogger logger) : IBrokerHub
{
    private const int MaxAtOnce = 8;
    private static readonly TimeSpan s_wake = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, string> _ours = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _reconcile = new(0, 1);

    public Task Connected()
    {
        // Done apart, because the line has to be heard meanwhile.
        if (_reconcile.CurrentCount == 0)
        {
            _reconcile.Release();
        }

        return Task.CompletedTask;
    }

    public string? ToOurs(string theirs)
    {
        if (_ours.TryGetValue(theirs, out var known))
        {
            return known;
        }

        foreach (var instrument in catalogue.All)
        {
            if (instrument.Venue == broker.Venue && broker.ToTheirs(instrument.Symbol) == theirs)
            {
                return _ours[theirs] = instrument.Symbol;
            }
        }

        return null;
    }

    public async Task Tell(string symbol, BrokerState state)
    {
        try
        {
            await grains.GetGrain<IVenueGrain>(symbol).Tell([state]);
        }
        catch (Exception failed)
        {
            // Whatever the call throws: the grain asks for itself.
            LogNotTold(logger, broker.Venue, symbol, failed);
        }
    }

    /// <summary>Wakes the grains of the symbols that have ever traded there, now and then; at a new connection each asks about its open orders.</summary>
    public async Task KeepAwake(TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            var isConnection = await _reconcile.WaitAsync(s_wake, cancellation);
            try
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellation };
                await Parallel.ForEachAsync(await Traded(cancellation), parallel, (symbol, _) => Wake(symbol, isConnection));
            }
            catch (Exception away) when (!cancellation.IsCancellationRequested && away is NpgsqlException or TimeoutException)
            {
                LogNotWoken(logger, broker.Venue, away);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
                await Connected();
            }
        }
    }

    private async ValueTask Wake(string symbol, bool isConnection)
    {
        try
        {
            var grain = grains.GetGrain<IVenueGrain>(symbol);
            await (isConnection ? grain.Reconcile() : grain.Resolve());
        }
        catch (Exception failed)
        {
            // Whatever the call throws: it is woken again.
            LogNotTold(logger, broker.Venue, symbol, failed);
        }
    }

    private async Task<List<string>> Traded(CancellationToken cancellation)
    {
        var symbols = catalogue.All.Where(i => i.Venue == broker.Venue).Select(i => i.Symbol).ToArray();
        var streams = symbols.Select(s => $"venue/{s}").ToArray();
        await using var command = database.CreateCommand(
            """
            SELECT s.symbol FROM unnest($1, $2, $3) AS s (key, stream, symbol)
            WHERE EXISTS (SELECT 1 FROM journal j WHERE j.stream_key = s.key AND j.stream = s.stream)
            """);
        command.Parameters.Add(new() { Value = streams.Select(Fingerprint.Of).ToArray() });
        command.Parameters.Add(new() { Value = streams });
        command.Parameters.Add(new() { Value = symbols });
        var traded = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            traded.Add(reader.GetString(0));
        }

        return traded;
    }

    [LoggerMessage(4372, LogLevel.Warning, "What {Venue} said of {Symbol} did not reach its grain, which asks for itself.")]
    private static partial void LogNotTold(ILogger logger, string venue, string symbol, Exception cause);

    [LoggerMessage(4373, LogLevel.Warning, "The symbols that trade at {Venue} could not be read; they are woken later.")]
    private static partial void LogNotWoken(ILogger logger, string venue, Exception cause);
}
