using System.Collections.Concurrent;
using Bourse.GrainRuntime.Activations;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Bourse.GrainRuntime.Streams;

/// <summary>The stream observers of one activation, by subscription. Clients change theirs from any thread.</summary>
internal sealed class StreamObservers
{
    private readonly ConcurrentDictionary<Guid, StreamReceiver> _receivers = new();

    public static StreamObservers Of(Activation activation)
    {
        var observers = activation.GetComponent<StreamObservers>();
        if (observers is null)
        {
            observers = new StreamObservers();
            activation.SetComponent(observers);
        }

        return observers;
    }

    public StreamReceiver? Find(Guid subscription) => _receivers.GetValueOrDefault(subscription);

    public void Attach(Guid subscription, StreamReceiver receiver) => _receivers[subscription] = receiver;

    public void Detach(Guid subscription) => _receivers.TryRemove(subscription, out _);
}

/// <summary>Hands events to an observer.</summary>
internal abstract class StreamReceiver
{
    /// <summary>One after the other. An event that the observer fails on is told to its OnErrorAsync and not repeated.</summary>
    public abstract Task Receive(List<StreamEvent> batch, Activation activation);

    protected static async Task Guarded(Func<Task> onNext, Func<Exception, Task> onError, Activation activation)
    {
        try
        {
            await onNext();
        }
        catch (Exception exception)
        {
            activation.Runtime.Logger.LogWarning(
                EngineEvents.StreamObserverFailed, exception, "{Grain} failed on an event of a stream; it is not repeated", activation.GrainId);
            await onError(new StreamEventDeliveryFailureException("The observer failed on an event, which is not repeated.", exception));
        }
    }
}

/// <summary>Hands events over one by one.</summary>
internal sealed class ItemReceiver<T>(IAsyncObserver<T> observer) : StreamReceiver
{
    public override async Task Receive(List<StreamEvent> batch, Activation activation)
    {
        foreach (var happened in batch)
        {
            switch (happened.Kind)
            {
                case StreamEventKind.Item:
                    await Guarded(() => observer.OnNextAsync((T)happened.Content!, happened.Token), observer.OnErrorAsync, activation);
                    break;
                case StreamEventKind.Error:
                    await observer.OnErrorAsync((Exception)happened.Content!);
                    break;
                default:
                    await observer.OnCompletedAsync();
                    break;
            }
        }
    }
}

/// <summary>Hands events over in batches.</summary>
internal sealed class BatchReceiver<T>(IAsyncBatchObserver<T> observer) : StreamReceiver
{
    public override async Task Receive(List<StreamEvent> batch, Activation activation)
    {
        var items = new List<SequentialItem<T>>(batch.Count);
        foreach (var happened in batch)
        {
            if (happened.Kind == StreamEventKind.Item)
            {
                items.Add(new SequentialItem<T>((T)happened.Content!, happened.Token));
                continue;
            }

            await Flush();
            await (happened.Kind == StreamEventKind.Error ? observer.OnErrorAsync((Exception)happened.Content!) : observer.OnCompletedAsync());
        }

        await Flush();

        async Task Flush()
        {
            if (items.Count > 0)
            {
                var full = items;
                items = [];
                await Guarded(() => observer.OnNextAsync(full), observer.OnErrorAsync, activation);
            }
        }
    }
}
