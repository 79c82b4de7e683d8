using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// Hashes and checks passwords (ASP.NET Core Identity's PBKDF2) on at most one thread a processor, because each costs tens of
/// milliseconds; the line before them is bounded.
/// </summary>
public sealed class Passwords : IDisposable
{
    private readonly PasswordHasher<string> hasher;
    private readonly SemaphoreSlim threads = new(Environment.ProcessorCount);
    private readonly int maxWaiting;
    private readonly Lazy<string> nobodysHash;
    private int waiting;

    public Passwords(IOptions<AuthOptions> options)
    {
        hasher = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.PasswordIterations }));
        maxWaiting = options.Value.MaxWaitingPasswordChecks;
        nobodysHash = new Lazy<string>(() => hasher.HashPassword("", Guid.NewGuid().ToString()));
    }

    /// <summary>Throws <see cref="ProblemException"/> (503) when too many wait already.</summary>
    public Task<string> Hash(string password, CancellationToken cancellation) =>
        OnThread(() => Task.FromResult(hasher.HashPassword("", password)), cancellation);

    /// <summary>
    /// Runs one attempt to sign in while holding one of the few threads, so that the number of guesses under way at once is
    /// small however many are sent, and a lock-out counts at once. Throws <see cref="ProblemException"/> (503) when too many wait already.
    /// </summary>
    public Task<T> OnThread<T>(Func<Task<T>> attempt, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > maxWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new ProblemException(Problem.Unavailable("Too many people are signing in; try again."));
        }

        return Run(attempt, cancellation);
    }

    /// <summary>Whether the password is right, and its new hash where the kept one was made by older rules. Takes tens of milliseconds: call it within <see cref="OnThread{T}"/>.</summary>
    /// <param name="hash">Null = there is no such user, which costs the same time.</param>
    public (bool Right, string? NewHash) Check(string? hash, string password)
    {
        var result = hasher.VerifyHashedPassword("", hash ?? nobodysHash.Value, password);
        return (hash is not null && result != PasswordVerificationResult.Failed,
            hash is not null && result == PasswordVerificationResult.SuccessRehashNeeded ? hasher.HashPassword("", password) : null);
    }

    public void Dispose() => threads.Dispose();

    private async Task<T> Run<T>(Func<Task<T>> attempt, CancellationToken cancellation)
    {
        try
        {
            await threads.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return await Task.Run(attempt, cancellation);
        }
        finally
        {
            threads.Release();
        }
    }
}
