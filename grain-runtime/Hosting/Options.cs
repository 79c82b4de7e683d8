namespace Orleans.Configuration;

/// <summary>Calls.</summary>
public abstract class MessagingOptions
{
    /// <summary>How long a caller waits for an answer before it gets a <see cref="TimeoutException"/>; the outcome is then unknown.</summary>
    /// <value>Default 30 seconds. Measured coarsely: up to a tenth later.</value>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Calls to and from the grains of a silo.</summary>
public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>How many requests a grain may have waiting and running; the next is refused with a LimitExceededException.</summary>
    /// <value>Default 10,000 (Orleans: no limit); 0 for no limit.</value>
    public int MaxEnqueuedRequestsHardLimit { get; set; } = 10_000;
}

/// <summary>Calls from a client.</summary>
public class ClientMessagingOptions : MessagingOptions;

/// <summary>When idle grains are let go.</summary>
public class GrainCollectionOptions
{
    /// <summary>How long a grain may go uncalled.</summary>
    /// <value>Default 15 minutes.</value>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The age for a class, by its full name; comes before <see cref="CollectionAge"/>.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

    /// <summary>How often idle grains are looked for.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an activation may take.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long running requests and OnDeactivateAsync may take before the activation is dropped all the same.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Names of the cluster.</summary>
public class ClusterOptions
{
    /// <summary>Tells clusters apart.</summary>
    public string ClusterId { get; set; } = "default";

    /// <summary>Tells services apart.</summary>
    public string ServiceId { get; set; } = "default";
}

/// <summary>Names of the silo.</summary>
public class SiloOptions
{
    /// <summary>The silo's name.</summary>
    public string? SiloName { get; set; }
}
