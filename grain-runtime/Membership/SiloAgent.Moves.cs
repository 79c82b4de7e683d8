using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Membership;

/// <summary>How partitions leave a silo.</summary>
internal sealed partial class SiloAgent
{
    // Partitions that are on their way to another silo: not to be served, whatever the map says. Under the fence.
    private readonly HashSet<int> _leaving = [];
    private Task _moving = Task.CompletedTask;

    private List<int> ToMove() => [.. Node.Map.OwnedBy(Node.Member).Where(p =>
        (Node.Map.Partitions[p].Heir != 0 && Node.Map.Members.ContainsKey(Node.Map.Partitions[p].Heir))
        || (_isLeaving && !Node.Map.Members.Values.Any(m => m.Serves)))];

    /// <summary>Lets the grains of partitions go, some at a time, and gives each partition to its heir as soon as they have. What belongs to the silo once it
    /// has joined anew is no business of a move begun before.</summary>
    private async Task Move()
    {
        var member = Node.Member;
        const int AtOnce = 64;
        var reason = new DeactivationReason(DeactivationReasonCode.Migrating, "The partition goes to another silo");
        var draining = new List<int>();
        var waiting = new Queue<int>(ToMove());

        // Where nobody takes over, all go at once and together: what grains that end still ask of others is answered here or not at all.
        var isLast = !Node.Map.Members.Values.Any(m => m.Serves);
        try
        {
            while (draining.Count + waiting.Count > 0 && _lease.IsValid && Node.Member == member)
            {
                while ((isLast || draining.Count < AtOnce) && waiting.TryDequeue(out var number))
                {
                    draining.Add(number);
                    LetGo(number, member, reason);
                }

                for (var i = 0; i < 10 && !draining.TrueForAll(IsEmpty); i++)
                {
                    await Task.Delay(10);
                }

                int[] gone = isLast && !draining.TrueForAll(IsEmpty) ? [] : [.. draining.Where(number => _cluster.Partitions[number].TryEndLeave())];
                if (gone.Length > 0)
                {
                    await _table.HandOver(member, gone, _stop.Token);
                    draining.RemoveAll(gone.Contains);
                    Node.TellMapChanged();
                    await Refresh();
                    lock (_fence)
                    {
                        _leaving.ExceptWith(gone); // only now: a map that was read before may still have been on its way
                    }
                }
            }
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            _silo.Logger.LogWarning(EngineEvents.MembershipFailed, "Partitions were not handed over: {Reason}", exception.Message);
        }

        _signal.Say();
    }

    /// <summary>After a move that broke off: what is still this silo's, it serves again. The table's lock is taken first, so that a hand-over whose end
    /// was not seen has come to its end.</summary>
    private async Task TakeBack()
    {
        lock (_fence)
        {
            if (_leaving.Count == 0)
            {
                return;
            }
        }

        await _table.Balance(_stop.Token);
        lock (_fence)
        {
            _leaving.Clear();
        }

        await Refresh();
    }

    private void LetGo(int number, long member, DeactivationReason reason)
    {
        lock (_fence)
        {
            if (Node.Member == member)
            {
                _leaving.Add(number);
                _cluster.Partitions[number].HandOver(null, reason);
            }
        }
    }

    private bool IsEmpty(int number) => _cluster.Partitions[number].IsEmpty;
}
