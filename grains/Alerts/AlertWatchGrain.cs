using Bourse.Domain.Alerts;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Alerts;
using Bourse.GrainInterfaces.Feeds;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Streams;

namespace Bourse.Grains.Alerts;

/// <summary>
/// Listens to a symbol's quotes while an alert waits on it. That an alert fires once is the store's doing: it lets each fire for one caller only, so that
/// two activations, or a repeated call, do no harm. Quotes are conflated, so that a price that stood for less than the feed's interval can be missed.
/// </summary>
[HashBasedPlacement]
public sealed partial class AlertWatchGrain(IAlertStore store, TimeProvider time, ILogger<AlertWatchGrain> logger) : Grain, IAlertWatchGrain
{
    private readonly PriceAlerts _alerts = new();
    private StreamSubscriptionHandle<Quote>? _quotes;
    private long _newestMs;

    private string Symbol => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // A subscription of an activation before this one.
        foreach (var handle in await QuoteStream().GetAllSubscriptionHandles())
        {
            await handle.UnsubscribeAsync();
        }

        await Load();
    }

    public async Task Arm(PriceAlert alert)
    {
        _alerts.Add(alert.Id, alert.Condition, alert.TargetPrice);
        await Listen();
        await Look();
    }

    public async Task Disarm(Guid id)
    {
        _alerts.Remove(id);
        await Listen();
    }

    public async Task Wake()
    {
        await Load();
        await Look();
    }

    private async Task Load()
    {
        var waiting = await store.Waiting(Symbol);
        _alerts.Clear();
        foreach (var alert in waiting)
        {
            _alerts.Add(alert.Id, alert.Condition, alert.TargetPrice);
        }

        await Listen();
    }

    private async Task Listen()
    {
        if (_alerts.Count > 0)
        {
            _quotes ??= await QuoteStream().SubscribeAsync((quote, _) => Take(quote));
        }
        else if (_quotes is { } idle)
        {
            _quotes = null;
            await idle.UnsubscribeAsync();
        }
    }

    /// <summary>Looks at the price as it is: it may have been there before anybody waited for it.</summary>
    private async Task Look()
    {
        if (_alerts.Count > 0 && await GrainFactory.GetGrain<IFeedGrain>(Symbol).GetQuote() is { } quote)
        {
            await Take(quote);
        }
    }

    private async Task Take(Quote quote)
    {
        // A stream may begin with what was published before anybody listened.
        if (quote.TimestampMs < _newestMs)
        {
            return;
        }

        _newestMs = quote.TimestampMs;
        if (quote.Stale || quote.Reference is not { } price || _alerts.ReachedBy(price) is not { Count: > 0 } reached)
        {
            return;
        }

        try
        {
            var fired = await store.Fire(reached, price, time.GetUtcNow());
            foreach (var id in reached)
            {
                _alerts.Remove(id);
            }

            await Listen();
            foreach (var alert in fired)
            {
                await this.GetStreamProvider(Streams.Provider).GetStream<PriceAlert>(StreamId.Create(Streams.Alerts, alert.User)).OnNextAsync(alert);
            }
        }
        catch (Exception away)
        {
            // The database or the stream, each in its own way. Alerts that have not fired wait on; those that have are told at the next sign-in.
            LogNotTold(Symbol, away);
        }
    }

    private IAsyncStream<Quote> QuoteStream() =>
        this.GetStreamProvider(Streams.Provider).GetStream<Quote>(StreamId.Create(Streams.Quotes, Symbol));

    [LoggerMessage(1, LogLevel.Warning, "Alerts on {Symbol} could not be told for now.")]
    private partial void LogNotTold(string symbol, Exception exception);
}
