namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>What a worker process is to do; its first line of input.</summary>
/// <param name="Servers"><c>host:port</c>, dealt out in turn.</param>
/// <param name="FromAddress">The address of this machine that its connections come from.</param>
/// <param name="First">The number of its first connection among those of all workers.</param>
/// <param name="Watch">How many symbols each connection watches.</param>
/// <param name="StallEvery">Each so many-th connection stops reading in the stall; 0 = none.</param>
/// <param name="Tokens">Access tokens, one a connection; empty without sign-in.</param>
/// <param name="Rate">Orders, or requests beside the quotes, a second for all its connections together.</param>
internal sealed record WorkerPlan(
    WorkerKind Kind, QuoteWay Way, string[] Servers, string FromAddress, int First, int Connections, string[] Symbols, int Watch, int IntervalMs,
    int StallEvery, string[] Tokens, double Rate);

/// <summary>What a worker's connections do.</summary>
internal enum WorkerKind
{
    /// <summary>They watch.</summary>
    Quotes,

    /// <summary>They place orders over the hub.</summary>
    Orders,

    /// <summary>They watch, and their users read and trade over REST.</summary>
    Users,
}

/// <summary>When the worker begins to act, and when it counts; its second line of input. Times in ms since 1970; the stall is empty where nobody stalls.</summary>
internal sealed record WorkerWindow(long StartMs, long FromMs, long ToMs, long StallFromMs, long StallToMs)
{
    /// <summary>For how long the rate of orders and requests grows: half of the warm-up.</summary>
    public long GrowsMs => (FromMs - StartMs) / 2;
}

/// <summary>A line of a worker's output.</summary>
/// <param name="Ready">Its connections stand and the window may come.</param>
/// <param name="Open">Connections that stand.</param>
/// <param name="Failed">Connections that did not come about.</param>
/// <param name="FailedWhy">Why the last one did not.</param>
/// <param name="Result">Null until the window is over.</param>
internal sealed record WorkerLine(bool Ready, int Open, int Failed, string? FailedWhy, long Messages, WorkerResult? Result);

/// <summary>What a worker saw in the window.</summary>
/// <param name="Late">Updates that did not come.</param>
/// <param name="CaughtUp">For those that stalled: from the end of the stall to a state from after it.</param>
/// <param name="Seconds">How long actions took, for each second of the window.</param>
internal sealed record WorkerResult(
    long[] Delivery, long[] Age, long[] Requests, long[] CaughtUp, long[][] Seconds, long Messages, long Late, long Bytes, int Lost, Dictionary<string, long> Outcomes, double CpuSeconds);
