using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Bourse.GrainRuntime.Diagnostics;

/// <summary>Figures of the engine, under the meter and the names that Orleans gives them. They cost nothing while nobody listens.</summary>
internal static class Metrics
{
    private static readonly Meter s_meter = new("Microsoft.Orleans");
    private static readonly Histogram<long> s_latency = s_meter.CreateHistogram<long>("orleans-app-requests-latency", "ms");
    private static readonly Counter<long> s_timedOut = s_meter.CreateCounter<long>("orleans-app-requests-timedout");
    private static readonly Counter<int> s_created = s_meter.CreateCounter<int>("orleans-catalog-activation-created");
    private static readonly Counter<int> s_destroyed = s_meter.CreateCounter<int>("orleans-catalog-activation-destroyed");
    private static readonly UpDownCounter<int> s_grains = s_meter.CreateUpDownCounter<int>("orleans-grains");
    private static readonly Counter<int> s_failed = s_meter.CreateCounter<int>("orleans-catalog-activation-failed-to-activate");
    private static readonly Counter<int> s_rejected = s_meter.CreateCounter<int>("orleans-messaging-rejected");
    private static readonly Counter<int> s_collections = s_meter.CreateCounter<int>("orleans-catalog-activation-collections");
    private static long s_activations;

    static Metrics() => s_meter.CreateObservableGauge("orleans-catalog-activations", () => Volatile.Read(ref s_activations));

    /// <summary>Whether somebody wants to know how long calls take.</summary>
    public static bool MeasuresCalls => s_latency.Enabled;

    public static void CallFinished(long started) => s_latency.Record((long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);

    public static void CallTimedOut() => s_timedOut.Add(1);

    public static void CallRejected() => s_rejected.Add(1);

    public static void IdleCollected() => s_collections.Add(1);

    public static void ActivationFailed() => s_failed.Add(1);

    /// <param name="type">The grain class's name.</param>
    public static void ActivationCreated(string type)
    {
        Interlocked.Increment(ref s_activations);
        s_created.Add(1);
        s_grains.Add(1, new KeyValuePair<string, object?>("type", type));
    }

    public static void ActivationDestroyed(string type)
    {
        Interlocked.Decrement(ref s_activations);
        s_destroyed.Add(1);
        s_grains.Add(-1, new KeyValuePair<string, object?>("type", type));
    }
}
