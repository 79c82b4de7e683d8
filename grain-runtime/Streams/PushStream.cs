using Bourse.GrainRuntime.Activations;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Bourse.GrainRuntime.Streams;

/// <summary>A stream as one silo or client sees it.</summary>
internal sealed class PushStream<T>(MemoryStreamProvider provider, StreamId id) : IAsyncStream<T>
{
    private StreamChannel? _audience;

    public StreamId StreamId => id;

    public string ProviderName => provider.Name;

    public bool IsRewindable => false;

    // A client may make the stream before it has connected.
    private StreamChannel Channel => _audience ??= provider.Hub.Channel(id);

    /// <summary>Null where nobody has ever listened: such a stream takes no memory, however much is published.</summary>
    private StreamChannel? Audience => _audience ??= provider.Hub.FindAudience(id);

    public Task OnNextAsync(T item, StreamSequenceToken? token = null)
    {
        RefuseToken(token);
        Audience?.Publish<T>(StreamEventKind.Item, [item]);
        return Task.CompletedTask;
    }

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        RefuseToken(token);
        Audience?.Publish<T>(StreamEventKind.Item, [.. batch]);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        Audience?.Publish<Exception>(StreamEventKind.Error, [ex]);
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync()
    {
        Audience?.Publish<object?>(StreamEventKind.End, [null]);
        return Task.CompletedTask;
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null)
    {
        RefuseToken(token);
        return filterData is null
            ? Subscribe(new ItemReceiver<T>(observer))
            : throw new ArgumentException("The memory streams of the embedded engine have no filters.", nameof(filterData));
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token)
    {
        RefuseToken(token);
        return Subscribe(new BatchReceiver<T>(observer));
    }

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var grain = CurrentGrain();
        var mine = Channel.Subscriptions.Where(s => grain is null ? s.Mailbox?.Runtime == provider.Runtime : s.Grain == grain.GrainId);
        return Task.FromResult<IList<StreamSubscriptionHandle<T>>>([.. mine.Select(s => new Handle<T>(s))]);
    }

    public bool Equals(IAsyncStream<T>? other) => other is not null && other.StreamId == id && other.ProviderName == ProviderName;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => id.GetHashCode();

    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : id.CompareTo(other.StreamId);

    internal static void RefuseToken(StreamSequenceToken? token)
    {
        if (token is not null)
        {
            throw new ArgumentException("Memory streams keep no history, so that they take no sequence token.", nameof(token));
        }
    }

    private static Activation? CurrentGrain() => Activation.Current is { Class.IsObserver: false } grain ? grain : null;

    private Task<StreamSubscriptionHandle<T>> Subscribe(StreamReceiver receiver)
    {
        if (CurrentGrain() is { } grain)
        {
            var subscription = Channel.Subscribe(grain);
            StreamObservers.Of(grain).Attach(subscription.Id, receiver);
            return Task.FromResult<StreamSubscriptionHandle<T>>(new Handle<T>(subscription));
        }

        var mailbox = provider.Runtime.Cluster.Observers.Add(typeof(IGrainObserver), this, provider.Runtime);
        var outside = new Subscription(Channel, mailbox);
        StreamObservers.Of(mailbox).Attach(outside.Id, receiver);
        Channel.Add(outside);
        return Task.FromResult<StreamSubscriptionHandle<T>>(new Handle<T>(outside));
    }
}

/// <summary>A subscription as its owner sees it.</summary>
internal sealed class Handle<T>(Subscription subscription) : StreamSubscriptionHandle<T>
{
    public override StreamId StreamId => subscription.Channel.Id;

    public override string ProviderName => subscription.Channel.Hub.Name;

    public override Guid HandleId => subscription.Id;

    public override Task UnsubscribeAsync()
    {
        Owner()?.GetComponent<StreamObservers>()?.Detach(subscription.Id);
        if (!subscription.IsImplicit)
        {
            subscription.Channel.Remove(subscription);
        }

        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null) =>
        Resume(new ItemReceiver<T>(observer), token);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) =>
        Resume(new BatchReceiver<T>(observer), token);

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == HandleId;

    private Task<StreamSubscriptionHandle<T>> Resume(StreamReceiver receiver, StreamSequenceToken? token)
    {
        PushStream<T>.RefuseToken(token);
        var owner = Owner() ?? throw new InvalidOperationException($"Only {subscription.Grain} itself can resume its subscription.");
        StreamObservers.Of(owner).Attach(subscription.Id, receiver);
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }

    private Activation? Owner() =>
        subscription.Mailbox ?? (Activation.Current is { } current && current.GrainId == subscription.Grain ? current : null);
}

/// <summary>Makes a handle once the type of the events is known.</summary>
internal sealed class HandleFactory(Subscription subscription) : IStreamSubscriptionHandleFactory
{
    public StreamId StreamId => subscription.Channel.Id;

    public string ProviderName => subscription.Channel.Hub.Name;

    public StreamSubscriptionHandle<T> Create<T>() => new Handle<T>(subscription);
}
