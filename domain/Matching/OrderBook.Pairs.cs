using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>
/// Pairs: a limit order that rests and a stop that waits, on one side and of one size, of which only one may trade. What the limit trades is taken off the stop
/// at once; the election of the stop cancels the limit; where one ends the other does. The two know each other in the table of special orders.
/// </content>
public sealed partial class OrderBook
{
    /// <summary>
    /// Takes a limit order and a stop or stop-limit as a pair. The stop comes first: one whose price is reached already is elected, and the limit order is cancelled.
    /// Where either is refused, the limit is rejected and the stop is not taken.
    /// </summary>
    /// <exception cref="ArgumentException">They are no such pair.</exception>
    public ReadOnlySpan<BookEvent> SubmitPair(scoped in NewOrder limit, scoped in NewOrder stop)
    {
        if (limit.Type != OrderType.Limit || limit.Tif > TimeInForce.Gtc || stop.Type is not (OrderType.Stop or OrderType.StopLimit)
            || limit.Side != stop.Side || limit.QuantityLots != stop.QuantityLots || limit.Account != stop.Account || limit.Id == stop.Id)
        {
            throw new ArgumentException("A pair is a limit order that may rest and a stop, on one side and of one size.");
        }

        Begin();
        var refusal = Validate(limit);
        if (refusal == RejectCode.None) refusal = Validate(stop);
        if (refusal == RejectCode.None && _ids.Count + 2 > _maxOrders) refusal = RejectCode.BookFull;
        if (refusal != RejectCode.None)
        {
            EmitRejected(limit.Id, limit.Account, limit.Side, refusal);
            return End();
        }

        _incoming = default;
        HoldOrElect(stop with { IsSpecial = true });
        var held = _ids.Find(stop.Id);
        if (held == 0 || !_pool[held].IsHeld)
        {
            EmitCanceled(limit, limit.QuantityLots, CancelReason.Twin);
            return End();
        }

        _incoming = default;
        Execute(limit with { IsSpecial = true }, isNew: true);
        var resting = _ids.Find(limit.Id);
        if (resting == 0)
        {
            CancelTwin(stop.Id, CancelReason.Twin);
            return End();
        }

        SpecialOf(limit.Id).TwinId = stop.Id;
        SpecialOf(stop.Id).TwinId = limit.Id;
        if (_pool[resting].Filled != 0) ReduceTwinOf(_pool[resting], _pool[resting].Filled);
        return End();
    }

    private long TwinOf(in OrderNode node) => _specials[node.Id].TwinId;

    /// <summary>Takes what a resting order trades off the stop that is paired with it.</summary>
    private void ReduceTwinOf(in OrderNode node, long lots)
    {
        var twin = TwinOf(node);
        if (twin == 0) return;
        ref var stop = ref _pool[_ids.Find(twin)];
        if (lots >= stop.Leaves)
        {
            SpecialOf(node.Id).TwinId = 0;
            CancelTwin(twin, CancelReason.Twin);
            return;
        }

        QueueOf(stop).Reduce(ref stop, lots);
        EmitDecreased(stop, lots);
    }

    private void ValidatePair(int index, long twinId)
    {
        var twin = _ids.Find(twinId);
        Invariant.Holds(twin != 0 && _pool[twin].IsSpecial && TwinOf(_pool[twin]) == _pool[index].Id, "an order without the other of its pair");
        Invariant.Holds(_pool[index].IsHeld != _pool[twin].IsHeld && _pool[index].Leaves == _pool[twin].Leaves && _pool[index].Side == _pool[twin].Side, "a pair that is none");
    }

    /// <summary>Cancels the other order of a pair, which is a pair no longer.</summary>
    private void CancelTwin(long id, CancelReason reason)
    {
        var index = _ids.Find(id);
        ref var special = ref SpecialOf(id);
        var other = special.TwinId;
        special.TwinId = 0;
        if (other != 0 && _specials.ContainsKey(other)) SpecialOf(other).TwinId = 0;
        CancelStanding(index, reason);
    }
}
