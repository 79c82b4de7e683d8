using Bourse.GrainRuntime.Activations;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>Streams for grains.</summary>
    public static class GrainStreamingExtensions
    {
        /// <summary>The stream provider of this name.</summary>
        /// <exception cref="KeyNotFoundException">None of that name was added to the silo.</exception>
        public static IStreamProvider GetStreamProvider(this Grain grain, string name) => GetStreamProvider((IGrainBase)grain, name);

        /// <inheritdoc cref="GetStreamProvider(Grain, string)" />
        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name) =>
            ((Activation)grain.GrainContext).Runtime.Services.FindStreamProvider(name);

        internal static IStreamProvider FindStreamProvider(this IServiceProvider services, string name) =>
            services.GetKeyedService<IStreamProvider>(name)
            ?? throw new KeyNotFoundException($"Stream provider '{name}' not found: add it with AddMemoryStreams.");
    }

    /// <summary>Streams for clients.</summary>
    public static class ClientStreamingExtensions
    {
        /// <inheritdoc cref="GrainStreamingExtensions.GetStreamProvider(Grain, string)" />
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name) =>
            client.ServiceProvider.FindStreamProvider(name);
    }

    /// <summary>Grains of this class receive the events of every stream in this namespace whose key is theirs, without subscribing.</summary>
    /// <remarks>The grain takes them by subscribing or resuming in OnActivateAsync, or by implementing
    /// <see cref="Orleans.Streams.Core.IStreamSubscriptionObserver"/>.</remarks>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public class ImplicitStreamSubscriptionAttribute(string streamNamespace) : Attribute
    {
        internal string StreamNamespace { get; } = streamNamespace;
    }
}

namespace Orleans.Streams
{
    /// <summary>Subscribing with functions.</summary>
    public static class AsyncObservableExtensions
    {
        /// <summary>Subscribes.</summary>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync) =>
            obs.SubscribeAsync(new FunctionObserver<T>(onNextAsync, null, null));

        /// <summary>Subscribes.</summary>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Exception, Task> onErrorAsync) =>
            obs.SubscribeAsync(new FunctionObserver<T>(onNextAsync, onErrorAsync, null));

        /// <summary>Subscribes.</summary>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Task> onCompletedAsync) =>
            obs.SubscribeAsync(new FunctionObserver<T>(onNextAsync, null, onCompletedAsync));

        /// <summary>Subscribes.</summary>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs,
            Func<T, StreamSequenceToken?, Task> onNextAsync,
            Func<Exception, Task> onErrorAsync,
            Func<Task> onCompletedAsync) =>
            obs.SubscribeAsync(new FunctionObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync));
    }

    /// <summary>Resuming with functions.</summary>
    public static class StreamSubscriptionHandleExtensions
    {
        /// <summary>Gives the subscription another observer.</summary>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken?, Task> onNextAsync, StreamSequenceToken? token = null) =>
            handle.ResumeAsync(new FunctionObserver<T>(onNextAsync, null, null), token);

        /// <summary>Gives the subscription another observer.</summary>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle,
            Func<T, StreamSequenceToken?, Task> onNextAsync,
            Func<Exception, Task> onErrorAsync,
            StreamSequenceToken? token = null) =>
            handle.ResumeAsync(new FunctionObserver<T>(onNextAsync, onErrorAsync, null), token);

        /// <summary>Gives the subscription another observer.</summary>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle,
            Func<T, StreamSequenceToken?, Task> onNextAsync,
            Func<Exception, Task> onErrorAsync,
            Func<Task> onCompletedAsync,
            StreamSequenceToken? token = null) =>
            handle.ResumeAsync(new FunctionObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync), token);
    }

    internal sealed class FunctionObserver<T>(
        Func<T, StreamSequenceToken?, Task> onNext, Func<Exception, Task>? onError, Func<Task>? onCompleted) : IAsyncObserver<T>
    {
        public Task OnNextAsync(T item, StreamSequenceToken? token) => onNext(item, token);

        public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;

        public Task OnCompletedAsync() => onCompleted?.Invoke() ?? Task.CompletedTask;
    }

    /// <summary>Events of a stream are not there any more.</summary>
    [GenerateSerializer]
    public class DataNotAvailableException : OrleansException
    {
        /// <summary>With words.</summary>
        public DataNotAvailableException(string message) : base(message)
        {
        }
    }

    /// <summary>A subscriber's queue was full, so that events were dropped for it alone.</summary>
    [GenerateSerializer]
    public sealed class QueueCacheMissException : DataNotAvailableException
    {
        /// <summary>With words.</summary>
        public QueueCacheMissException(string message) : base(message)
        {
        }
    }

    /// <summary>The subscriber failed on an event; the event is not repeated.</summary>
    [GenerateSerializer]
    public sealed class StreamEventDeliveryFailureException : OrleansException
    {
        /// <summary>With words and the failure.</summary>
        public StreamEventDeliveryFailureException(string message, Exception innerException) : base(message, innerException)
        {
        }
    }
}
