using System.Collections.Concurrent;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Notices when two of its activations live at once, in whatever silo of the test process.</summary>
public interface ISoloGrain : IGrainWithIntegerKey
{
    /// <summary>How often it was called since it came to life on this silo, and the silo.</summary>
    Task<string> Where();

    /// <summary>Calls another, which calls this one back: a deadlock.</summary>
    Task<string> CallBack(long other);

    [AlwaysInterleave]
    Task<string> Ask(long other);
}

public sealed class SoloGrain(ILocalSiloDetails silo) : Grain, ISoloGrain
{
    private static readonly ConcurrentDictionary<long, int> s_alive = new();

    /// <summary>How often a second activation began beside a first.</summary>
    public static int Doubles;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (s_alive.AddOrUpdate(this.GetPrimaryKeyLong(), 1, (_, count) => count + 1) > 1)
        {
            Interlocked.Increment(ref Doubles);
        }

        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        s_alive.AddOrUpdate(this.GetPrimaryKeyLong(), 0, (_, count) => count - 1);
        return Task.CompletedTask;
    }

    public async Task<string> Where()
    {
        await Task.Yield();
        return silo.Name;
    }

    public Task<string> CallBack(long other) => GrainFactory.GetGrain<ISoloGrain>(other).Ask(this.GetPrimaryKeyLong());

    public Task<string> Ask(long other) => GrainFactory.GetGrain<ISoloGrain>(other).Where();
}
