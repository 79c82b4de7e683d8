using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Bourse.Bench;

/// <summary>Samples which types are allocated: one event for about every 100 KiB.</summary>
internal sealed class AllocationProfile : EventListener
{
    private const EventKeywords GcKeyword = (EventKeywords)0x1;

    private readonly ConcurrentDictionary<string, int> _samples = new();

    public IEnumerable<string> Top(int count)
    {
        var all = Math.Max(1, _samples.Values.Sum());
        return _samples.OrderByDescending(s => s.Value).Take(count).Select(s => $"{s.Value / (double)all,6:P1} {s.Key}");
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Verbose, GcKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is "GCAllocationTick_V4" or "GCAllocationTick_V3")
        {
            _samples.AddOrUpdate((string)eventData.Payload![5]!, 1, static (_, n) => n + 1);
        }
    }
}
