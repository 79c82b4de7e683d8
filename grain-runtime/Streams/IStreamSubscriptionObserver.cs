using Orleans.Runtime;

namespace Orleans.Streams.Core;

/// <summary>Makes the handle of a subscription, once the type of its events is known.</summary>
public interface IStreamSubscriptionHandleFactory
{
    /// <summary>The stream.</summary>
    StreamId StreamId { get; }

    /// <summary>The provider's name.</summary>
    string ProviderName { get; }

    /// <summary>The handle.</summary>
    StreamSubscriptionHandle<T> Create<T>();
}

/// <summary>A grain that implements it is told when an event has come for a subscription that has no observer in this activation.</summary>
public interface IStreamSubscriptionObserver
{
    /// <summary>Makes the handle and resumes it; the event follows.</summary>
    Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
}
