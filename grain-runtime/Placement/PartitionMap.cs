using Bourse.GrainRuntime.Cluster;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Placement;

/// <summary>All partitions of a cluster.</summary>
internal sealed class PartitionMap
{
    /// <summary>How many there are: the same in every process, for ever.</summary>
    public const int Count = 1_024;

    private readonly Partition[] _partitions = [.. Enumerable.Range(0, Count).Select(_ => new Partition())];

    public IReadOnlyList<Partition> All => _partitions;

    public Partition Of(GrainId id) => _partitions[id.GetUniformHashCode() % Count];

    public List<Partition> OwnedBy(LocalRuntime silo) => [.. _partitions.Where(partition => partition.Owner == silo)];

    /// <summary>The silo with the fewest partitions; null where there is none.</summary>
    public LocalRuntime? Choose(IReadOnlyList<LocalRuntime> silos) => silos.MinBy(silo => _partitions.Count(partition => partition.Owner == silo));

    /// <summary>The fewest moves after which each of these silos owns the same number of partitions, one more or less, and nobody else any.</summary>
    public List<(Partition Partition, LocalRuntime? Owner)> Moves(IReadOnlyList<LocalRuntime> silos)
    {
        if (silos.Count == 0)
        {
            return [.. _partitions.Select(partition => (partition, (LocalRuntime?)null))];
        }

        var owned = silos.ToDictionary(silo => silo, OwnedBy);
        var free = new Queue<Partition>(_partitions.Where(partition => partition.Owner is null || !owned.ContainsKey(partition.Owner)));
        var extra = Count % silos.Count;
        var moves = new List<(Partition, LocalRuntime?)>();
        var byWealth = silos.OrderByDescending(silo => owned[silo].Count).ToList();
        var share = byWealth.Select((_, i) => (Count / silos.Count) + (i < extra ? 1 : 0)).ToList();
        for (var i = 0; i < byWealth.Count; i++)
        {
            owned[byWealth[i]].Skip(share[i]).ToList().ForEach(free.Enqueue);
        }

        for (var i = 0; i < byWealth.Count; i++)
        {
            for (var missing = share[i] - owned[byWealth[i]].Count; missing > 0; missing--)
            {
                moves.Add((free.Dequeue(), byWealth[i]));
            }
        }

        return moves;
    }
}
