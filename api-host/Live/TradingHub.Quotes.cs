using System.Text.Json;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Live;

/// <summary>Quotes.</summary>
public sealed partial class TradingHub
{
    /// <summary>Watches symbols; all of them or, when one is not known, none.</summary>
    public Task Subscribe(JsonElement symbols) => Watch(symbols, intervalMs: null);

    /// <summary>As <see cref="Subscribe"/>, and sets the time between two updates of these symbols, 20 to 5,000 ms.</summary>
    public Task SubscribeEvery(JsonElement symbols, JsonElement interval_ms) =>
        Watch(symbols, HubArguments.Int(interval_ms, nameof(interval_ms), QuoteInterval.MinMs, QuoteInterval.MaxMs));

    public async Task Unsubscribe(JsonElement symbols)
    {
        var known = new List<string>();
        foreach (var text in HubArguments.Symbols(symbols, shared.Options.Value.MaxSymbolsPerConnection))
        {
            if (await shared.Instruments.Get(text) is { } instrument)
            {
                known.Add(instrument.Symbol);
            }
        }

        shared.Quotes.Unwatch(Session.Outbox, known);
    }

    private async Task Watch(JsonElement symbols, int? intervalMs)
    {
        var outbox = Session.Outbox;
        var max = shared.Options.Value.MaxSymbolsPerConnection;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in HubArguments.Symbols(symbols, max))
        {
            wanted.Add((await shared.Instruments.Get(text))?.Symbol
                ?? throw new ProblemException(Problem.Refused("unknown_symbol", $"There is no symbol {text}.", "symbols")));
        }

        if (!await shared.Quotes.TryWatch(outbox, wanted, intervalMs, max))
        {
            throw new ProblemException(Problem.Refused(
                "too_many_symbols", $"A connection watches at most {max} symbols, a user at most {shared.Options.Value.MaxSymbolsPerUser} over all connections.", "symbols"));
        }

        shared.Wheel.Schedule(outbox);
    }
}
