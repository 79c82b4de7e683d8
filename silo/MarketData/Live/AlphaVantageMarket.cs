using System.Globalization;
using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Outside;

namespace Bourse.Silo.MarketData.Live;

/// <summary>
/// Alpha Vantage, which only answers requests, and few: stocks by <c>GLOBAL_QUOTE</c>, pairs by <c>CURRENCY_EXCHANGE_RATE</c>. It asks for what no better provider
/// brings, one symbol after the other, as fast as its budget allows.
/// </summary>
public sealed class AlphaVantageMarket(SymbolMap symbols, string key, OutsideHttp http, OutsideHealth health, TimeProvider time) : IMarketDataProvider
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_limited = TimeSpan.FromMinutes(1);

    public OutsideHealth Health => health;

    public SymbolMap Symbols => symbols;

    public async Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation)
    {
        var pair = symbol.Split('/');
        var query = pair.Length == 2
            ? $"function=CURRENCY_EXCHANGE_RATE&from_currency={pair[0]}&to_currency={pair[1]}"
            : $"function=GLOBAL_QUOTE&symbol={symbols.ToTheirs(symbol)}";
        using var json = await http.Read(() => new HttpRequestMessage(HttpMethod.Get, $"query?{query}&apikey={key}"), 1, cancellation);
        var root = json.RootElement;
        if (root.TryGetProperty("Note", out _) || root.TryGetProperty("Information", out _))
        {
            // How this service says 429.
            http.Budget.Close(s_limited);
            throw new OutsideException(OutsideFault.NotDone, "rate limited");
        }

        try
        {
            return new SymbolTick(symbol, pair.Length == 2 ? Rate(root.GetProperty("Realtime Currency Exchange Rate")) : Quote(root.GetProperty("Global Quote")));
        }
        catch (Exception unreadable) when (unreadable is KeyNotFoundException or FormatException)
        {
            throw new OutsideException(OutsideFault.Unknown, "the answer has no price", unreadable);
        }
    }

    public async Task Run(TickSink sink, CancellationToken cancellation)
    {
        while (true)
        {
            foreach (var symbol in symbols.Ours.Where(sink.Needs))
            {
                try
                {
                    await sink.Put(await Snapshot(symbol, cancellation), cancellation);
                }
                catch (OutsideException)
                {
                    // Noted in its health; the next round asks again.
                }
            }

            await Task.Delay(s_pause, time, cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private static Tick Rate(JsonElement rate) => new(
        DateTimeOffset.ParseExact(rate.TextOf("6. Last Refreshed"), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            .ToUnixTimeMilliseconds(),
        rate.NumberOf("5. Exchange Rate"), null, rate.Number("8. Bid Price"), null, rate.Number("9. Ask Price"), null);

    // The answer names a day, not a moment: it is as of now.
    private Tick Quote(JsonElement quote) =>
        new(time.GetUtcNow().ToUnixTimeMilliseconds(), quote.NumberOf("05. price"), null, null, null, null, null);
}
