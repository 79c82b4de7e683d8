using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Membership;
using Bourse.Tests.Cluster.Engine.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Networks that drop everything without a word.</summary>
public sealed class CutTests
{
    [Fact]
    public async Task Calls_to_a_silo_that_is_not_reached_fail_at_once_until_it_is_reached_again()
    {
        using var proxy = RemoteCluster.NewProxy();
        await using var cluster = await RemoteCluster.Start(0, proxy: proxy);
        var grain = cluster.Grains.GetGrain<ICallGrain>("cut-off");
        await grain.Touch();

        proxy.Cut(0);

        (await Should.ThrowAsync<SiloUnavailableException>(async () => await grain.Touch())).Message.ShouldContain("unknown");
        (await Should.ThrowAsync<SiloUnavailableException>(async () => await grain.Touch())).Message.ShouldContain("was not carried out");
        proxy.Heal();
        await Gates.Until(() => IsAnswered(grain.Touch().AsTask()), "it is reached again");
    }

    [Fact]
    public async Task Of_two_silos_that_do_not_reach_each_other_one_serves_all_though_grains_of_the_other_still_call_across()
    {
        // Where the machine stands still for longer than a lease they are other members afterwards, which nothing stands between: then once more.
        for (var attempt = 1; !await IsSeenThatOneServesAll(); attempt++)
        {
            attempt.ShouldBeLessThan(5);
        }
    }

    /// <summary>False where a lease has run out.</summary>
    private static async Task<bool> IsSeenThatOneServesAll()
    {
        using var proxy = RemoteCluster.NewProxy();
        await using var cluster = await RemoteCluster.Start(1, proxy: proxy);
        var (older, younger) = (cluster.Silos[0], cluster.Silos[1]);
        await Gates.Until(() => KeyOn(younger) is not null && KeyOn(older) is not null, "both serve");
        var (caller, called) = (cluster.Grains.GetGrain<ICallGrain>(KeyOn(younger)!), KeyOn(older)!);
        await caller.SeenBehind("cut", called);

        var members = (MemberOf(older), MemberOf(younger));
        proxy.Cut(members.Item2);

        await Gates.Until(
            async () => HasChanged() || (await IsAnswered(caller.SeenBehind("cut", called)) && KeyOn(younger) is null), "the older one serves the caller, too");
        if (HasChanged())
        {
            return false;
        }

        proxy.Heal();
        await Gates.Until(() => KeyOn(younger) is not null, "both serve again");
        return true;

        bool HasChanged() => (MemberOf(older), MemberOf(younger)) != members;
    }

    private static async Task<bool> IsAnswered(Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (SiloUnavailableException)
        {
            return false;
        }
    }

    /// <summary>The key of a grain that the silo serves; null where it serves none.</summary>
    private static string? KeyOn(IHost silo)
    {
        var runtime = RuntimeOf(silo);
        return Enumerable.Range(0, 100).Select(i => $"cut-{i}").FirstOrDefault(
            key => runtime.Cluster.Partitions[ClusterMap.PartitionOf(silo.Services.GetRequiredService<IGrainFactory>().GetGrain<ICallGrain>(key).GetGrainId())].Owner is not null);
    }

    private static long MemberOf(IHost silo) => RuntimeOf(silo).Cluster.Node!.Member;

    private static LocalRuntime RuntimeOf(IHost silo) => silo.Services.GetRequiredService<LocalRuntime>();
}
