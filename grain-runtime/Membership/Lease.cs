namespace Bourse.GrainRuntime.Membership;

/// <summary>
/// How long a silo may act. Measured on a clock that goes on while the process is stopped, from before the lease was asked for: so it ends here
/// before it ends in the database. Once somebody has seen it end it stays ended until it begins anew. Any thread.
/// </summary>
internal sealed class Lease
{
    /// <summary>What the database grants.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    /// <summary>What it grants to a silo that is alone: there is nobody who could take over, and a short outage of the database ends nothing.</summary>
    public static readonly TimeSpan LengthAlone = TimeSpan.FromSeconds(9);

    /// <summary>How much earlier it ends here, for turns that are under way then.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    /// <summary>In <see cref="Now"/>'s milliseconds; 0 where there is none.</summary>
    private long _until;

    /// <summary>The moment to note before the database is asked.</summary>
    public static long Now => Environment.TickCount64;

    /// <summary>Costs some nanoseconds: it is asked before every slice of turns.</summary>
    public bool IsValid
    {
        get
        {
            while (true)
            {
                var until = Volatile.Read(ref _until);
                if (Now < until)
                {
                    return true;
                }

                if (until == 0 || Interlocked.CompareExchange(ref _until, 0, until) == until)
                {
                    return false;
                }
            }
        }
    }

    /// <summary>Begins it.</summary>
    public void Begin(long askedAt) => Volatile.Write(ref _until, UntilFor(askedAt, Length));

    /// <summary>False where it has ended before: what the silo had is lost.</summary>
    public bool TryExtend(long askedAt, TimeSpan length)
    {
        var until = Volatile.Read(ref _until);
        return until != 0 && Now < until && Interlocked.CompareExchange(ref _until, UntilFor(askedAt, length), until) == until;
    }

    public void End() => Volatile.Write(ref _until, 0);

    private static long UntilFor(long askedAt, TimeSpan length) => askedAt + (long)(length - Margin).TotalMilliseconds;
}
