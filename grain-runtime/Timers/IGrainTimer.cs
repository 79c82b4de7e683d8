using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A timer of one grain; dispose it to stop it. It goes with its activation.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets when it fires next and how long after each callback it fires again; <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a grain timer fires.</summary>
public readonly struct GrainTimerCreationOptions
{
    /// <summary>Fires once at once, unless told otherwise.</summary>
    public GrainTimerCreationOptions()
    {
    }

    /// <summary>Fires after <paramref name="dueTime"/>, then <paramref name="period"/> after the end of each callback.</summary>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Time to the first callback.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>Time from the end of a callback to the next.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether callbacks run between the turns of other requests; by default they wait like a request.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether firing counts as use, so that the grain is not collected as idle.</summary>
    public bool KeepAlive { get; init; }
}
