namespace Bourse.GrainInterfaces.Silos;

/// <summary>How the silos of the cluster are, by what each writes of itself every two seconds.</summary>
public interface ISiloReports
{
    /// <summary>Silos that run and those that stopped within the last hour, the newest start first; at most 1,000.</summary>
    Task<IReadOnlyList<SiloReport>> Get(CancellationToken cancellation);
}

/// <summary>One silo.</summary>
/// <param name="Name">As its options name it; a silo that starts again has a row of its own.</param>
/// <param name="IsAlive">It has reported within the last ten seconds and has not said that it stops.</param>
/// <param name="CpuSeconds">Of its process, since its start.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="Grains">Activations by the grain class's name.</param>
public sealed record SiloReport(
    string Name, string Machine, int ProcessId, DateTimeOffset StartedAt, DateTimeOffset ReportedAt, bool IsAlive, double CpuSeconds, long MemoryBytes,
    IReadOnlyDictionary<string, long> Grains);
