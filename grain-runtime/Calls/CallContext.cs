namespace Bourse.GrainRuntime.Calls;

/// <summary>What flows with the code of one request: the request itself, and the values of <see cref="RequestContext"/>. Never changed once made.</summary>
internal sealed class CallContext(Request? request, Dictionary<string, object>? values, bool allowsReentrancy)
{
    private static readonly AsyncLocal<CallContext?> s_current = new();

    public static CallContext? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>The request being carried out; null outside of grains.</summary>
    public Request? Request { get; } = request;

    public Dictionary<string, object>? Values { get; } = values;

    /// <summary>Whether calls made from here may come back to this grain.</summary>
    public bool AllowsReentrancy { get; } = allowsReentrancy;

    public static void Replace(Dictionary<string, object>? values)
    {
        var old = Current;
        Current = new CallContext(old?.Request, values, old?.AllowsReentrancy ?? false);
    }

    public static void AllowReentrancy(bool allow)
    {
        var old = Current;
        Current = new CallContext(old?.Request, old?.Values, allow);
    }
}
