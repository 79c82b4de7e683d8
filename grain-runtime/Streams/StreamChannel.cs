using Bourse.GrainRuntime.Activations;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Streams;

/// <summary>One stream: its subscriptions, and the numbering of its events.</summary>
internal sealed class StreamChannel
{
    private readonly Lock _lock = new();

    /// <summary>Subscriptions that live on other silos, of grains that have moved here. Under the lock; bounded by the subscriptions there are.</summary>
    private readonly Dictionary<Guid, Subscription> _moved = [];

    /// <summary>Processes that want the events. Replaced as a whole, under the lock.</summary>
    private Transport.Connection[] _watchers = [];
    private long _lastNumber;

    public StreamChannel(MemoryStreamHub hub, StreamId id, List<GrainId> implicitSubscribers)
    {
        Hub = hub;
        Id = id;
        Subscriptions = [.. implicitSubscribers.Select(grain => new Subscription(this, grain, isImplicit: true))];
    }

    public MemoryStreamHub Hub { get; }

    public StreamId Id { get; }

    /// <summary>Replaced as a whole, under the lock.</summary>
    public Subscription[] Subscriptions { get; private set; }

    /// <summary>Puts events, in order, into each subscriber's queue. Waits for nobody.</summary>
    public void Publish<T>(StreamEventKind kind, ReadOnlySpan<T> contents)
    {
        if (Hub.Cluster.Node is { IsSilo: false } client)
        {
            if (!client.Streams.Relay(this, kind, contents))
            {
                throw new SiloUnavailableException($"No silo takes events of {Id}.");
            }

            return;
        }

        if (Subscriptions.Length == 0 && _watchers.Length == 0)
        {
            return;
        }

        // All subscribers see all producers in the same order.
        lock (_lock)
        {
            var number = ++_lastNumber;
            if (_watchers.Length > 0)
            {
                Transport.RemoteStreams.Send(this, _watchers, kind, contents, number);
            }

            for (var i = 0; i < contents.Length; i++)
            {
                var happened = new StreamEvent(kind, contents[i], new EventSequenceTokenV2(number, i));
                foreach (var subscription in Subscriptions)
                {
                    subscription.Offer(happened);
                }
            }
        }
    }

    /// <summary>Publishes what a client sent.</summary>
    public void Publish(List<StreamEvent> events)
    {
        if (events.Count > 0)
        {
            Publish<object?>(events[0].Kind, [.. events.Select(happened => happened.Content)]); // one frame, one kind
        }
    }

    /// <summary>Takes events of another silo: it has sent them to implicit subscribers itself.</summary>
    public void Deliver(List<StreamEvent> events)
    {
        lock (_lock)
        {
            foreach (var subscription in Subscriptions.Where(s => !s.IsImplicit))
            {
                events.ForEach(happened => subscription.Offer(happened));
            }
        }
    }

    /// <summary>From here on a process gets the events.</summary>
    public void Watch(Transport.Connection watcher)
    {
        lock (_lock)
        {
            _watchers = [.. _watchers.Where(w => w != watcher), watcher];
        }
    }

    public void Unwatch(Transport.Connection watcher)
    {
        lock (_lock)
        {
            _watchers = [.. _watchers.Where(w => w != watcher)];
        }
    }

    /// <summary>Tells a silo, in order with what <see cref="Add"/> and <see cref="Remove"/> tell, where somebody here wants events of others.</summary>
    public void TellIfWanted(Action tell)
    {
        lock (_lock)
        {
            if (Subscriptions.Any(s => !s.IsImplicit))
            {
                tell();
            }
        }
    }

    /// <summary>The subscription of a grain that lives here, to which another silo sends events; null where it has none.</summary>
    /// <param name="id">Empty for the implicit one.</param>
    public Subscription? Find(GrainId grain, Guid id)
    {
        lock (_lock)
        {
            return id == Guid.Empty
                ? Subscriptions.FirstOrDefault(s => s.IsImplicit && s.Grain == grain)
                : Subscriptions.FirstOrDefault(s => s.Id == id) ?? _moved.GetValueOrDefault(id) ?? (_moved[id] = new Subscription(this, grain, isImplicit: false) { Id = id });
        }
    }

    /// <summary>The grain's implicit subscription, or a new one.</summary>
    public Subscription Subscribe(Activation grain)
    {
        lock (_lock)
        {
            return Subscriptions.FirstOrDefault(s => s.IsImplicit && s.Grain == grain.GrainId)
                ?? Add(new Subscription(this, grain.GrainId, isImplicit: false));
        }
    }

    public Subscription Add(Subscription subscription)
    {
        lock (_lock)
        {
            if (!subscription.IsImplicit && Subscriptions.All(s => s.IsImplicit))
            {
                Hub.Cluster.Node?.Streams.Tell(this, subscribes: true);
            }

            Subscriptions = [.. Subscriptions, subscription];
            return subscription;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            Subscriptions = [.. Subscriptions.Where(s => s != subscription)];
            if (!subscription.IsImplicit && Subscriptions.All(s => s.IsImplicit))
            {
                Hub.Cluster.Node?.Streams.Tell(this, subscribes: false);
            }
        }

        subscription.Mailbox?.Deactivate(new Orleans.DeactivationReason(Orleans.DeactivationReasonCode.ApplicationRequested, "Unsubscribed"));
    }
}

/// <summary>Kinds of what a subscriber gets.</summary>
internal enum StreamEventKind
{
    /// <summary>An event of the producer's.</summary>
    Item,

    /// <summary>The producer failed, or events were dropped; the content is an exception.</summary>
    Error,

    /// <summary>The producer ended the stream.</summary>
    End,
}

/// <summary>Something that a subscriber gets.</summary>
internal readonly record struct StreamEvent(StreamEventKind Kind, object? Content, EventSequenceTokenV2 Token);
