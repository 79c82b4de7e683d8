using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Receives a stream's events, one after the other.</summary>
public interface IAsyncObserver<in T>
{
    /// <summary>An event.</summary>
    Task OnNextAsync(T item, StreamSequenceToken? token = null);

    /// <summary>The producer ended the stream.</summary>
    Task OnCompletedAsync();

    /// <summary>The producer failed, or events were lost on the way.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>Receives a stream's events in batches, one batch after the other.</summary>
public interface IAsyncBatchObserver<T>
{
    /// <summary>Some events, in order.</summary>
    Task OnNextAsync(IList<SequentialItem<T>> items);

    /// <summary>The producer ended the stream.</summary>
    Task OnCompletedAsync();

    /// <summary>The producer failed, or events were lost on the way.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>An event and its place in the stream.</summary>
public class SequentialItem<T>(T item, StreamSequenceToken token)
{
    /// <summary>The event.</summary>
    public T Item { get; } = item;

    /// <summary>Its place.</summary>
    public StreamSequenceToken Token { get; } = token;
}

/// <summary>Publishes several events at once.</summary>
public interface IAsyncBatchProducer<T> : IAsyncObserver<T>
{
    /// <summary>Publishes the events, in order.</summary>
    Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null);
}

/// <summary>Can be subscribed to.</summary>
public interface IAsyncObservable<T>
{
    /// <summary>Subscribes. A grain's subscription outlives its activation: the next one resumes it, see <see cref="StreamSubscriptionHandle{T}"/>.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);

    /// <summary>Subscribes.</summary>
    /// <exception cref="ArgumentException">A token or filter was given: the memory provider keeps no history.</exception>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null);
}

/// <summary>Can be subscribed to by batches.</summary>
public interface IAsyncBatchObservable<T>
{
    /// <summary>Subscribes.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer);

    /// <summary>Subscribes.</summary>
    /// <exception cref="ArgumentException">A token was given: the memory provider keeps no history.</exception>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token);
}

/// <summary>A stream.</summary>
public interface IAsyncStream
{
    /// <summary>Whether old events can be asked for. The embedded memory provider: no.</summary>
    bool IsRewindable { get; }

    /// <summary>The provider's name.</summary>
    string ProviderName { get; }

    /// <summary>The stream's identity.</summary>
    StreamId StreamId { get; }
}

/// <summary>A stream of events of one type.</summary>
public interface IAsyncStream<T> : IAsyncStream, IEquatable<IAsyncStream<T>>, IComparable<IAsyncStream<T>>, IAsyncObservable<T>,
    IAsyncBatchObservable<T>, IAsyncBatchProducer<T>
{
    /// <summary>The caller's subscriptions to this stream.</summary>
    Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
}

/// <summary>Gives streams by their identity.</summary>
public interface IStreamProvider
{
    /// <summary>The provider's name.</summary>
    string Name { get; }

    /// <summary>Whether old events can be asked for. The embedded memory provider: no.</summary>
    bool IsRewindable { get; }

    /// <summary>The stream; it needs not be made before.</summary>
    IAsyncStream<T> GetStream<T>(StreamId streamId);
}

/// <summary>A subscription.</summary>
public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
{
    /// <summary>The stream.</summary>
    public abstract StreamId StreamId { get; }

    /// <summary>The provider's name.</summary>
    public abstract string ProviderName { get; }

    /// <summary>The subscription's identity.</summary>
    public abstract Guid HandleId { get; }

    /// <summary>Ends the subscription.</summary>
    public abstract Task UnsubscribeAsync();

    /// <summary>Gives the subscription another observer, as a fresh activation does in OnActivateAsync.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

    /// <summary>Gives the subscription another observer, as a fresh activation does in OnActivateAsync.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null);

    /// <inheritdoc />
    public abstract bool Equals(StreamSubscriptionHandle<T>? other);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

    /// <inheritdoc />
    public override int GetHashCode() => HandleId.GetHashCode();
}

