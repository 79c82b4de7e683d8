using Bourse.GrainRuntime.Activations;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Streams;

/// <summary>One stream: its subscriptions, and the numbering of its events.</summary>
internal sealed class StreamChannel
{
    private readonly Lock _lock = new();
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
        if (Subscriptions.Length == 0)
        {
            return;
        }

        // All subscribers see all producers in the same order.
        lock (_lock)
        {
            var number = ++_lastNumber;
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
            Subscriptions = [.. Subscriptions, subscription];
            return subscription;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            Subscriptions = [.. Subscriptions.Where(s => s != subscription)];
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
