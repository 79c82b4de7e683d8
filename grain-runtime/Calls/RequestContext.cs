using Bourse.GrainRuntime.Calls;

namespace Orleans.Runtime;

/// <summary>Values that travel along with calls, down the chain, never back up.</summary>
public static class RequestContext
{
    /// <summary>The names of the values here.</summary>
    public static IEnumerable<string> Keys => CallContext.Current?.Values?.Keys ?? Enumerable.Empty<string>();

    /// <summary>The values here.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries =>
        CallContext.Current?.Values ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>A value; null where there is none.</summary>
    public static object? Get(string key) =>
        CallContext.Current?.Values is { } values && values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Sets a value for the rest of this method and for the calls it makes.</summary>
    public static void Set(string key, object value)
    {
        var values = CallContext.Current?.Values is { } old ? new Dictionary<string, object>(old) : [];
        values[key] = value;
        CallContext.Replace(values);
    }

    /// <summary>Removes a value; false where there was none.</summary>
    public static bool Remove(string key)
    {
        if (CallContext.Current?.Values is not { } old || !old.ContainsKey(key))
        {
            return false;
        }

        var values = new Dictionary<string, object>(old);
        values.Remove(key);
        CallContext.Replace(values.Count == 0 ? null : values);
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => CallContext.Replace(null);

    /// <summary>Lets calls that come back to this grain, along the chain of calls made before the result is disposed, run between its turns
    /// instead of being refused as a deadlock.</summary>
    public static ReentrancySection AllowCallChainReentrancy() => ReentrancySection.Enter(allow: true);

    /// <summary>Undoes <see cref="AllowCallChainReentrancy"/> for the calls made before the result is disposed.</summary>
    public static ReentrancySection SuppressCallChainReentrancy() => ReentrancySection.Enter(allow: false);

    /// <summary>Ends with <see cref="Dispose"/>.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly bool _before;

        private ReentrancySection(bool before) => _before = before;

        internal static ReentrancySection Enter(bool allow)
        {
            var section = new ReentrancySection(CallContext.Current?.AllowsReentrancy ?? false);
            CallContext.AllowReentrancy(allow);
            return section;
        }

        /// <summary>Puts back what was allowed before.</summary>
        public void Dispose() => CallContext.AllowReentrancy(_before);
    }
}
