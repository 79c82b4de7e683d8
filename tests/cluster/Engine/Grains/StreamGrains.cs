using Orleans;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Bourse.Tests.Cluster.Engine.Grains;

[GenerateSerializer, Immutable, Alias("Tests.Tick")]
public sealed record Tick(int Number);

/// <summary>Publishes and subscribes.</summary>
public interface IStreamGrain : IGrainWithStringKey
{
    Task Publish(string stream, int from, int count);

    Task Subscribe(string stream, bool inBatches = false);

    Task Unsubscribe(string stream);

    Task<IReadOnlyList<int>> Received();

    Task<int> Errors();

    Task<int> Completions();

    Task<int> Subscriptions(string stream);
}

public sealed class StreamGrain : Grain, IStreamGrain, IAsyncObserver<Tick>, IAsyncBatchObserver<Tick>
{
    private readonly List<int> _received = [];
    private int _errors;
    private int _completions;

    public async override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // A fresh activation takes its subscription up again.
        foreach (var handle in await Stream(this.GetPrimaryKeyString()).GetAllSubscriptionHandles())
        {
            await handle.ResumeAsync((IAsyncObserver<Tick>)this);
        }
    }

    public async Task Publish(string stream, int from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Stream(stream).OnNextAsync(new Tick(from + i));
        }
    }

    public Task Subscribe(string stream, bool inBatches) =>
        inBatches ? Stream(stream).SubscribeAsync((IAsyncBatchObserver<Tick>)this) : Stream(stream).SubscribeAsync((IAsyncObserver<Tick>)this);

    public async Task Unsubscribe(string stream)
    {
        foreach (var handle in await Stream(stream).GetAllSubscriptionHandles())
        {
            await handle.UnsubscribeAsync();
        }
    }

    public Task<IReadOnlyList<int>> Received() => Task.FromResult<IReadOnlyList<int>>([.. _received]);

    public Task<int> Errors() => Task.FromResult(_errors);

    public Task<int> Completions() => Task.FromResult(_completions);

    public async Task<int> Subscriptions(string stream) => (await Stream(stream).GetAllSubscriptionHandles()).Count;

    public async Task OnNextAsync(Tick item, StreamSequenceToken? token)
    {
        await Task.Yield();
        if (item.Number < 0)
        {
            throw new InvalidOperationException("a negative tick");
        }

        _received.Add(item.Number);
    }

    public Task OnNextAsync(IList<SequentialItem<Tick>> items)
    {
        _received.AddRange(items.Select(item => item.Item.Number));
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        _errors++;
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync()
    {
        _completions++;
        return Task.CompletedTask;
    }

    private IAsyncStream<Tick> Stream(string key) => this.GetStreamProvider("memory").GetStream<Tick>(StreamId.Create("explicit", key));
}

/// <summary>Receives the stream of its key without subscribing.</summary>
public interface IListenerGrain : IGrainWithStringKey
{
    Task<IReadOnlyList<int>> Received();
}

[ImplicitStreamSubscription("ticks")]
public sealed class ListenerGrain : Grain, IListenerGrain
{
    private readonly List<int> _received = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        this.GetStreamProvider("memory").GetStream<Tick>(StreamId.Create("ticks", this.GetPrimaryKeyString())).SubscribeAsync((tick, _) =>
        {
            _received.Add(tick.Number);
            return Task.CompletedTask;
        });

    public Task<IReadOnlyList<int>> Received() => Task.FromResult<IReadOnlyList<int>>([.. _received]);
}

/// <summary>Receives the stream of its number without subscribing, and is told of the subscription.</summary>
public interface INumberedListenerGrain : IGrainWithIntegerKey
{
    Task<IReadOnlyList<int>> Received();
}

[ImplicitStreamSubscription("numbered")]
public sealed class NumberedListenerGrain : Grain, INumberedListenerGrain, IStreamSubscriptionObserver
{
    private readonly List<int> _received = [];

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<Tick>().ResumeAsync((tick, _) =>
    {
        _received.Add(tick.Number);
        return Task.CompletedTask;
    });

    public Task<IReadOnlyList<int>> Received() => Task.FromResult<IReadOnlyList<int>>([.. _received]);
}
