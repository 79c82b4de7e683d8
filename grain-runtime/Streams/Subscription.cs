using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Bourse.GrainRuntime.Streams;

/// <summary>One subscriber of a stream, and the queue between it and the producers: a slow one slows only itself.</summary>
internal sealed class Subscription
{
    /// <summary>Events that may wait for one subscriber; what comes then is dropped for it alone.</summary>
    public const int QueueLimit = 16_384;

    /// <summary>Events that one turn hands over.</summary>
    private const int BatchLimit = 256;

    /// <summary>An empty queue keeps at most this much room.</summary>
    private const int RoomKept = 1_024;

    private readonly Lock _lock = new();
    private readonly Queue<StreamEvent> _queue = new();
    private long _dropped;
    private bool _isDelivering;

    public Subscription(StreamChannel channel, GrainId grain, bool isImplicit)
    {
        Channel = channel;
        Grain = grain;
        IsImplicit = isImplicit;
    }

    public Subscription(StreamChannel channel, Activation mailbox)
    {
        Channel = channel;
        Grain = mailbox.GrainId;
        Mailbox = mailbox;
    }

    public Guid Id { get; init; } = Guid.NewGuid();

    public StreamChannel Channel { get; }

    /// <summary>The subscribed grain.</summary>
    public GrainId Grain { get; }

    /// <summary>Where events for code outside of grains go; null for a grain.</summary>
    public Activation? Mailbox { get; }

    public bool IsImplicit { get; }

    /// <summary>Queues an event, or drops it when the queue is full. Any thread.</summary>
    public void Offer(in StreamEvent happened)
    {
        lock (_lock)
        {
            if (_queue.Count >= QueueLimit)
            {
                _dropped++;
                return;
            }

            if (_dropped > 0)
            {
                _queue.Enqueue(TakeGap_NeedsLock(happened));
            }

            _queue.Enqueue(happened);
            if (_isDelivering)
            {
                return;
            }

            _isDelivering = true;
        }

        Send();
    }

    private void Send()
    {
        var delivery = new Delivery(this);
        if (Mailbox is null)
        {
            var cluster = Channel.Hub.Cluster;
            if (cluster.Silos is [var silo, ..])
            {
                cluster.Route(delivery, Grain, silo);
            }
            else
            {
                delivery.Fail(new SiloUnavailableException($"No silo serves {Grain}."));
            }
        }
        else if (!Mailbox.TryEnqueue(delivery))
        {
            Abandon();
        }
    }

    /// <summary>The next events for the subscriber.</summary>
    public List<StreamEvent> Take()
    {
        lock (_lock)
        {
            var batch = new List<StreamEvent>(Math.Min(_queue.Count, BatchLimit));
            while (batch.Count < BatchLimit && _queue.TryDequeue(out var happened))
            {
                batch.Add(happened);
            }

            return batch;
        }
    }

    /// <summary>After a delivery: the next one, or none until an event comes.</summary>
    public void Continue(bool hasFailed)
    {
        lock (_lock)
        {
            if (hasFailed)
            {
                // The grain cannot be reached or does not come to life: what waits is not tried for ever.
                for (var i = 0; i < BatchLimit && _queue.TryDequeue(out _); i++)
                {
                    _dropped++;
                }
            }

            if (_queue.Count == 0)
            {
                _isDelivering = false;
                if (_queue.Capacity > RoomKept)
                {
                    _queue.TrimExcess(RoomKept);
                }

                return;
            }
        }

        Send();
    }

    private void Abandon()
    {
        lock (_lock)
        {
            _queue.Clear();
            _isDelivering = false;
        }
    }

    private StreamEvent TakeGap_NeedsLock(in StreamEvent next)
    {
        var gap = new QueueCacheMissException(
            $"{_dropped} events of the stream {Channel.Id} were dropped before this place: the subscriber is too slow, or was away.");
        _dropped = 0;
        return new StreamEvent(StreamEventKind.Error, gap, next.Token);
    }

    /// <summary>The turn in which a batch is handed over.</summary>
    internal sealed class Delivery(Subscription subscription) : Request
    {
        public Subscription Subscription => subscription;

        public override async Task Run(Activation activation)
        {
            var observers = activation.GetComponent<StreamObservers>();
            if (observers?.Find(subscription.Id) is null && activation.GrainInstance is Orleans.Streams.Core.IStreamSubscriptionObserver subscriber)
            {
                await subscriber.OnSubscribed(new HandleFactory(subscription));
                observers = activation.GetComponent<StreamObservers>();
            }

            var batch = subscription.Take();
            if (observers?.Find(subscription.Id) is { } observer)
            {
                await observer.Receive(batch, activation);
            }
            else
            {
                activation.Runtime.Logger.LogWarning(
                    EngineEvents.StreamDropped,
                    "{Grain} has no observer for the stream {Stream}: {Count} events are dropped; resume the subscription in OnActivateAsync",
                    activation.GrainId,
                    subscription.Channel.Id,
                    batch.Count);
            }
        }

        public override void Complete(Task finished) => subscription.Continue(hasFailed: false);

        public override void Fail(Exception exception) => subscription.Continue(hasFailed: true);
    }
}
