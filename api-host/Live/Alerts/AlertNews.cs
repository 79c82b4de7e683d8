using System.Collections.Concurrent;
using Bourse.ApiHost.Alerts;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Alerts;
using Orleans.Streams;

namespace Bourse.ApiHost.Live.Alerts;

/// <summary>
/// Tells one connection the alerts of its user: those that fired while the user was away, then live ones; each once. What the connection took counts as
/// delivered; what it did not is told at the next sign-in.
/// </summary>
internal sealed partial class AlertNews(IAlertsGrain alerts, Func<AlertJson, Task> send, ILogger log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, byte> told = [];
    private StreamSubscriptionHandle<PriceAlert>? subscription;

    /// <summary>Listens before it asks for what was missed, so that nothing falls between.</summary>
    public static async Task<IAsyncDisposable> Begin(string user, IClusterClient cluster, Func<AlertJson, Task> send, ILogger log)
    {
        var news = new AlertNews(cluster.GetGrain<IAlertsGrain>(user), send, log);
        news.subscription = await cluster.GetStreamProvider(Streams.Provider)
            .GetStream<PriceAlert>(StreamId.Create(Streams.Alerts, user))
            .SubscribeAsync((alert, _) => news.Tell([alert]));
        try
        {
            await news.Tell(await news.Undelivered());
            return news;
        }
        catch
        {
            await news.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await (subscription?.UnsubscribeAsync() ?? Task.CompletedTask);

    private Task<IReadOnlyList<PriceAlert>> Undelivered() => alerts.GetUndelivered();

    private async Task Tell(IReadOnlyList<PriceAlert> fired)
    {
        var sent = new List<Guid>();
        try
        {
            foreach (var alert in fired.Where(alert => told.TryAdd(alert.Id, 0)))
            {
                await send(AlertJson.From(alert));
                sent.Add(alert.Id);
            }

            if (sent.Count > 0)
            {
                await alerts.MarkDelivered(sent);
            }
        }
        catch (Exception gone) when (gone is not OutOfMemoryException)
        {
            // The connection or the grain: what is not marked is told again at the next sign-in.
            LogNotTold(log, gone.GetType().Name);
        }
    }

    [LoggerMessage(EventId = 4037, Level = LogLevel.Information, Message = "Alerts are told at the next sign-in: {Reason}")]
    private static partial void LogNotTold(ILogger log, string reason);
}
