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

    /// <summary>The silo with the fewest partitions; null where there is none.</summary>
    public LocalRuntime? Choose(IReadOnlyList<LocalRuntime> silos) => silos.MinBy(silo => _partitions.Count(partition => partition.Owner == silo));

    /// <inheritdoc cref="Moves{TOwner}" />
    public List<(Partition Partition, LocalRuntime? Owner)> Moves(IReadOnlyList<LocalRuntime> silos) =>
        [.. Moves([.. _partitions.Select(partition => partition.Owner)], silos).Select(move => (_partitions[move.Partition], move.Owner))];

    /// <summary>The fewest moves after which each of these silos owns the same number of partitions, one more or less, and nobody else any.</summary>
    public static List<(int Partition, TOwner? Owner)> Moves<TOwner>(IReadOnlyList<TOwner?> owners, IReadOnlyList<TOwner> silos)
        where TOwner : notnull
    {
        if (silos.Count == 0)
        {
            return [.. owners.Select((_, i) => (i, default(TOwner)))];
        }

        var owned = silos.ToDictionary(silo => silo, _ => new List<int>());
        var free = new Queue<int>();
        for (var i = 0; i < owners.Count; i++)
        {
            if (owners[i] is { } owner && owned.TryGetValue(owner, out var its))
            {
                its.Add(i);
            }
            else
            {
                free.Enqueue(i);
            }
        }

        var extra = owners.Count % silos.Count;
        var byWealth = owned.Values.Zip(owned.Keys).OrderByDescending(silo => silo.First.Count).ToList();
        var share = byWealth.Select((_, i) => (owners.Count / silos.Count) + (i < extra ? 1 : 0)).ToList();
        for (var i = 0; i < byWealth.Count; i++)
        {
            byWealth[i].First.Skip(share[i]).ToList().ForEach(free.Enqueue);
        }

        var moves = new List<(int, TOwner?)>();
        for (var i = 0; i < byWealth.Count; i++)
        {
            for (var missing = share[i] - byWealth[i].First.Count; missing > 0; missing--)
            {
                moves.Add((free.Dequeue(), (TOwner?)byWealth[i].Second));
            }
        }

        return moves;
    }
}
