using System.Collections.Concurrent;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>A call filter that makes the next calls of a method fail: before they are done, or after, so that only the answer is lost.</summary>
internal sealed class CallFaults : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, (int Count, bool After)> _faults = new();

    public void FailBefore(string method, int times = 1) => _faults[method] = (times, false);

    public void FailAfter(string method, int times = 1) => _faults[method] = (times, true);

    /// <summary>Whether every fault that was set has happened.</summary>
    public bool AreSpent => _faults.Values.All(fault => fault.Count == 0);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var fault = Take(context.MethodName);
        if (fault == false)
        {
            throw new TimeoutException($"{context.MethodName} was made to fail before it was done");
        }

        await context.Invoke();
        if (fault == true)
        {
            throw new TimeoutException($"the answer of {context.MethodName} was made to be lost");
        }
    }

    private bool? Take(string method)
    {
        while (_faults.TryGetValue(method, out var fault) && fault.Count > 0)
        {
            if (_faults.TryUpdate(method, (fault.Count - 1, fault.After), fault))
            {
                return fault.After;
            }
        }

        return null;
    }
}
