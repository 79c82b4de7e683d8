using System.Collections.Concurrent;
using Orleans;

namespace Bourse.Tests.Cluster.MarketData;

/// <summary>Counts the calls that grains take, by method.</summary>
internal sealed class CountingFilter : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);

    public int Of(string method) => _calls.GetValueOrDefault(method);

    public Task Invoke(IIncomingGrainCallContext context)
    {
        _calls.AddOrUpdate(context.MethodName, 1, (_, count) => count + 1);
        return context.Invoke();
    }
}
