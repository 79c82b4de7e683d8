using Bourse.GrainRuntime.Placement;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Membership;

/// <summary>A silo as the others see it. Ids count up: the smaller, the older.</summary>
/// <param name="Address">Where it listens, <c>host:port</c>.</param>
/// <param name="Process">See <see cref="ProcessIdentity"/>.</param>
/// <param name="Serves">False while it gives its partitions away.</param>
internal sealed record ClusterMember(long Id, string Name, string Address, string Process, bool Serves);

/// <summary>Who owns a partition.</summary>
/// <param name="Owner">0: nobody.</param>
/// <param name="Heir">The member that the owner is to hand it over to; 0: it stays.</param>
/// <param name="Epoch">Grows with each change of owner.</param>
internal readonly record struct Ownership(long Owner, long Heir, long Epoch);

/// <summary>Members and owners at one moment. Never changed once made.</summary>
internal sealed record ClusterMap(long Version, IReadOnlyDictionary<long, ClusterMember> Members, IReadOnlyList<Ownership> Partitions)
{
    public static readonly ClusterMap Empty = new(-1, new Dictionary<long, ClusterMember>(), new Ownership[PartitionMap.Count]);

    public static int PartitionOf(GrainId id) => (int)(id.GetUniformHashCode() % PartitionMap.Count);

    public Ownership Of(GrainId id) => Partitions[PartitionOf(id)];

    public IEnumerable<int> OwnedBy(long member) => Enumerable.Range(0, Partitions.Count).Where(p => Partitions[p].Owner == member);

    /// <summary>
    /// What has to change so that each serving member gets the same share, one more or less: partitions without an owner get one at once, others
    /// an heir. The fewest moves; moves under way count as done.
    /// </summary>
    public List<(int Partition, Ownership Ownership)> Balance()
    {
        var serving = Members.Values.Where(m => m.Serves).Select(m => m.Id).Order().ToList();
        var future = Partitions.Select(p => p.Heir != 0 && Serves(p.Heir) ? p.Heir : p.Owner).ToArray();
        foreach (var (partition, owner) in PartitionMap.Moves(future, serving))
        {
            future[partition] = owner;
        }

        var changes = new List<(int, Ownership)>();
        for (var i = 0; i < Partitions.Count; i++)
        {
            var (now, wanted) = (Partitions[i], future[i]);
            var next = Members.ContainsKey(now.Owner)
                ? now with { Heir = wanted == now.Owner ? 0 : wanted }
                : wanted == now.Owner ? now : new Ownership(wanted, 0, now.Epoch + 1);
            if (next != now)
            {
                changes.Add((i, next));
            }
        }

        return changes;
    }

    private bool Serves(long member) => Members.TryGetValue(member, out var found) && found.Serves;
}
