using System.ComponentModel.DataAnnotations;

namespace Bourse.Silo.Outside;

/// <summary>How patient requests to an outside service are.</summary>
public sealed record OutsideHttpOptions
{
    /// <value>How long one attempt may take; 5 s.</value>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>How often a request that may be repeated is tried again; 2.</value>
    [Range(0, 5)]
    public int Retries { get; init; } = 2;

    /// <value>The wait before the first repetition, which grows and is jittered; 200 ms.</value>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <value>The longest wait before a repetition, whatever the service asks for; 5 s.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>Request weight a minute; 600.</value>
    [Range(1, 1_000_000)]
    public int WeightPerMinute { get; init; } = 600;

    /// <value>The longest wait for the budget; 2 s.</value>
    public TimeSpan MaxBudgetWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>From so many attempts within the window on, half of them failed, the circuit opens; 6.</value>
    [Range(2, 1_000)]
    public int BreakerAttempts { get; init; } = 6;

    /// <value>The window in which the breaker counts; 30 s.</value>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>How long the circuit stays open; 5 s.</value>
    public TimeSpan BreakTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>The largest answer, in bytes; 32 MiB.</value>
    public int MaxAnswerBytes { get; init; } = 32 << 20;
}
