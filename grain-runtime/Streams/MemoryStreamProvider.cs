using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Bourse.GrainRuntime.Streams;

/// <summary>The memory streams of one silo or client.</summary>
internal sealed class MemoryStreamProvider(string name, LocalRuntime runtime) : IStreamProvider
{
    public string Name => name;

    public bool IsRewindable => false;

    public LocalRuntime Runtime => runtime;

    public MemoryStreamHub Hub => runtime.Cluster.Streams(name);

    public static void Register(IServiceCollection services, string name) =>
        services.AddKeyedSingleton<IStreamProvider>(
            name, (provider, _) => new MemoryStreamProvider(name, provider.GetRequiredService<LocalRuntime>()));

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new PushStream<T>(this, streamId);
}

/// <summary>All streams of one provider in the cluster. Bounded by the streams that are used: one small object each.</summary>
internal sealed class MemoryStreamHub(string name, InProcessCluster cluster)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<StreamId, StreamChannel> _channels = new();

    public string Name => name;

    public InProcessCluster Cluster => cluster;

    public IEnumerable<StreamChannel> Channels => _channels.Values;

    public StreamChannel Channel(StreamId id) => _channels.TryGetValue(id, out var channel)
        ? channel
        : _channels.GetOrAdd(id, static (id, hub) => new StreamChannel(hub, id, ImplicitSubscribers(id)), this);

    /// <summary>The stream, for an event; null where nobody has ever subscribed to it. A client does not know, and a namespace may have its grains.</summary>
    public StreamChannel? FindAudience(StreamId id) =>
        _channels.TryGetValue(id, out var channel) ? channel : cluster.Node is { IsSilo: false } || Listeners(id).Any() ? Channel(id) : null;

    /// <summary>Ends the subscriptions of a silo's or client's code outside of grains.</summary>
    public void Forget(LocalRuntime gone)
    {
        foreach (var channel in _channels.Values)
        {
            foreach (var subscription in channel.Subscriptions.Where(s => s.Mailbox?.Runtime == gone))
            {
                channel.Remove(subscription);
            }
        }
    }

    private static List<GrainId> ImplicitSubscribers(StreamId id) => [.. Listeners(id).Select(c => new GrainId(c.GrainType, KeyFor(c, id)))];

    private static IEnumerable<GrainClass> Listeners(StreamId id) => id.GetNamespace() is { } name ? GrainClasses.ListenersTo(name) : [];

    /// <summary>Streams write a number in decimal, grains in hexadecimal.</summary>
    private static IdSpan KeyFor(GrainClass grainClass, StreamId id) =>
        typeof(Orleans.IGrainWithIntegerKey).IsAssignableFrom(grainClass.Type)
        && long.TryParse(id.Key.Span, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? GrainIdKeyExtensions.CreateIntegerKey(number)
            : new IdSpan(id.Key.ToArray());
}
