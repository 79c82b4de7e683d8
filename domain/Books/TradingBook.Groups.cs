using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>
/// Order groups: the legs of an order live and grow with what it trades, in the same command and so in the same event as the trade; there is no moment, and no crash,
/// between a fill and the orders that protect it.
/// </summary>
public sealed partial class TradingBook
{
    // By the engine's id of each member that is open; several of one group.
    private readonly Dictionary<long, OrderGroup> _groups = [];

    // Legs that wait for their entry's first trade.
    private readonly Dictionary<Guid, OrderGroup> _waitingLegs = [];
    private readonly Queue<OrderGroup> _dueGroups = new();

    private void SubmitGroup(in NewOrder order, ExitLegs exit, long nowMs)
    {
        var group = new OrderGroup(exit, order.Account, order.Side, order.Tif, order.Stp);
        if (exit.IsPair)
        {
            group.TakeProfitId = order.Id;
            group.StopLossId = RegisterLeg(group, exit.StopLossId);
            group.EnteredLots = group.SizedLots = order.QuantityLots;
            _groups.Add(order.Id, group);
            AddReport(group.StopLossId, BookReportKind.Sized, nowMs, quantity: Quantity(order.QuantityLots));
            Report(_book.SubmitPair(order, StopLoss(group, order.QuantityLots)), order.Id, nowMs);
            if (_groups.ContainsKey(group.StopLossId) && !_book.TryGet(group.StopLossId, out _))
            {
                // Refused together with the order.
                AddReport(group.StopLossId, BookReportKind.Canceled, nowMs, CancelReason.Twin.Code(), quantity: Quantity(order.QuantityLots));
                Forget(group.StopLossId);
            }
        }
        else
        {
            group.EntryId = order.Id;
            _groups.Add(order.Id, group);
            Wait(group, exit.TakeProfitId);
            Wait(group, exit.StopLossId);
            Report(_book.Submit(order), order.Id, nowMs);
        }

        SettleGroups(nowMs);
    }

    /// <summary>Does what the trades and ends of the command under way mean for order groups.</summary>
    private void SettleGroups(long nowMs)
    {
        while (_dueGroups.TryDequeue(out var group))
        {
            group.IsDue = false;
            if (group.HasExited && group.EntryId != 0)
            {
                Report(_book.Cancel(group.EntryId, CancelReason.Twin), 0, nowMs);
            }

            if (group.EnteredLots > group.SizedLots)
            {
                Grow(group, nowMs);
            }
        }
    }

    private void Grow(OrderGroup group, long nowMs)
    {
        var isNew = group.SizedLots == 0;
        var grown = group.EnteredLots - group.SizedLots;
        group.SizedLots = group.EnteredLots;
        if (isNew)
        {
            BeginLegs(group, nowMs);
            return;
        }

        // The stop first: one that it elects cancels the other leg.
        GrowLeg(group, group.StopLossId, group.Exit.StopLossId, grown, nowMs);
        GrowLeg(group, group.TakeProfitId, group.Exit.TakeProfitId, grown, nowMs);
    }

    private void GrowLeg(OrderGroup group, long id, Guid orderId, long lots, long nowMs)
    {
        if (id != 0 && _book.TryGet(id, out var leg))
        {
            AddReport(id, BookReportKind.Sized, nowMs, quantity: Quantity(leg.QuantityLots + lots));
            Report(_book.Replace(id, 0, leg.QuantityLots + lots), 0, nowMs);
            ForgetUnlessOpen(id);
        }
        else if (orderId != Guid.Empty)
        {
            // It ended in the command that made the entry trade more: what its account counts with beyond that is no more.
            AddReport(_accounts[group.Account - 1], orderId, BookReportKind.Canceled, nowMs, CancelReason.Twin.Code());
        }
    }

    private void BeginLegs(OrderGroup group, long nowMs)
    {
        var (exit, lots) = (group.Exit, group.SizedLots);
        _waitingLegs.Remove(exit.TakeProfitId);
        _waitingLegs.Remove(exit.StopLossId);
        group.TakeProfitId = exit.TakeProfitId == Guid.Empty ? 0 : RegisterLeg(group, exit.TakeProfitId);
        group.StopLossId = exit.StopLossId == Guid.Empty ? 0 : RegisterLeg(group, exit.StopLossId);
        var (profit, loss) = (group.TakeProfitId, group.StopLossId);
        foreach (var id in (ReadOnlySpan<long>)[profit, loss])
        {
            if (id != 0)
            {
                AddReport(id, BookReportKind.Sized, nowMs, quantity: Quantity(lots));
            }
        }

        var limit = new NewOrder
        {
            Id = profit, Account = group.Account, Side = group.ExitSide, Type = OrderType.Limit, Tif = group.TimeInForce,
            PriceTicks = exit.TakeProfitTicks, QuantityLots = lots, Stp = group.SelfTradePrevention,
        };
        Report(profit == 0 ? _book.Submit(StopLoss(group, lots)) : loss == 0 ? _book.Submit(limit) : _book.SubmitPair(limit, StopLoss(group, lots)), 0, nowMs);
        foreach (var id in (ReadOnlySpan<long>)[profit, loss])
        {
            if (id != 0 && _open.TryFind(id, out _) && !_book.TryGet(id, out _))
            {
                // The book took the pair's first order only, or none (it is full): the leg's account hears that it is gone.
                AddReport(id, BookReportKind.Canceled, nowMs, CancelReason.Twin.Code(), quantity: Quantity(lots));
                Forget(id);
            }
        }
    }

    private static NewOrder StopLoss(OrderGroup group, long lots) => new()
    {
        Id = group.StopLossId,
        Account = group.Account,
        Side = group.ExitSide,
        Type = group.Exit.HasStopLimit ? OrderType.StopLimit : OrderType.Stop,
        Tif = group.TimeInForce,
        PriceTicks = group.Exit.StopLimitTicks,
        StopPriceTicks = group.Exit.StopPriceTicks,
        QuantityLots = lots,
        Stp = group.SelfTradePrevention,
    };

    private void Wait(OrderGroup group, Guid leg)
    {
        if (leg != Guid.Empty)
        {
            _waitingLegs.Add(leg, group);
        }
    }

    private long RegisterLeg(OrderGroup group, Guid orderId)
    {
        var leg = Identify(orderId, _accounts[group.Account - 1]);
        _open.Add(leg);
        _groups.Add(leg.Id, group);
        return leg.Id;
    }

    private bool IsLeg(long id) => _groups.Count != 0 && _groups.TryGetValue(id, out var group) && group.IsLeg(id);

    private void NoteTrade(long id, long lots)
    {
        if (_groups.TryGetValue(id, out var group))
        {
            if (id == group.EntryId)
            {
                group.EnteredLots += lots;
            }
            else
            {
                group.HasExited = true;
            }

            MakeDue(group);
        }
    }

    private void NoteExit(long id)
    {
        if (IsLeg(id))
        {
            _groups[id].HasExited = true;
            MakeDue(_groups[id]);
        }
    }

    private void MakeDue(OrderGroup group)
    {
        if (!group.IsDue)
        {
            group.IsDue = true;
            _dueGroups.Enqueue(group);
        }
    }

    /// <summary>An entry that ends without a trade takes its legs along.</summary>
    private void EndWaitingLegs(long entryId, BookReportKind kind, string? code, long nowMs)
    {
        if (_groups.Count == 0 || !_groups.TryGetValue(entryId, out var group) || entryId != group.EntryId || group.EnteredLots != 0)
        {
            return;
        }

        foreach (var leg in (ReadOnlySpan<Guid>)[group.Exit.TakeProfitId, group.Exit.StopLossId])
        {
            if (leg != Guid.Empty && _waitingLegs.Remove(leg))
            {
                AddReport(_accounts[group.Account - 1], leg, kind, nowMs, code);
            }
        }
    }

    private void ForgetGroup(long id)
    {
        if (!_groups.Remove(id, out var group))
        {
            return;
        }

        if (id == group.EntryId)
        {
            group.EntryId = 0;
        }
        else if (id == group.TakeProfitId)
        {
            group.TakeProfitId = 0;
        }
        else
        {
            group.StopLossId = 0;
        }
    }

    private IEnumerable<OrderGroup> GroupsInOrder() => _groups.OrderBy(static g => g.Key).Select(static g => g.Value).Distinct();

    private void SaveGroups(ref WireWriter writer)
    {
        var groups = GroupsInOrder().ToArray();
        writer.WriteCount(groups.Length);
        foreach (var group in groups)
        {
            AdvancedOrderCodec.WriteExit(ref writer, group.Exit);
            writer.WriteCount(group.Account);
            writer.WriteByte((byte)group.EntrySide);
            writer.WriteByte((byte)group.TimeInForce);
            writer.WriteByte((byte)group.SelfTradePrevention);
            writer.WriteCount(group.EntryId);
            writer.WriteCount(group.TakeProfitId);
            writer.WriteCount(group.StopLossId);
            writer.WriteCount(group.EnteredLots);
            writer.WriteCount(group.SizedLots);
            writer.WriteBool(group.HasExited);
        }
    }

    private void LoadGroups(ref WireReader reader)
    {
        for (var left = reader.ReadLength(); left > 0; left--)
        {
            var group = new OrderGroup(
                AdvancedOrderCodec.ReadExit(ref reader), reader.ReadCount32(), (Side)reader.ReadByte(), (TimeInForce)reader.ReadByte(),
                (SelfTradePrevention)reader.ReadByte())
            {
                EntryId = reader.ReadCount(),
                TakeProfitId = reader.ReadCount(),
                StopLossId = reader.ReadCount(),
                EnteredLots = reader.ReadCount(),
                SizedLots = reader.ReadCount(),
                HasExited = reader.ReadBool(),
            };
            foreach (var id in (ReadOnlySpan<long>)[group.EntryId, group.TakeProfitId, group.StopLossId])
            {
                if (id != 0)
                {
                    _groups.Add(id, group);
                }
            }

            if (group.EntryId != 0 && group.SizedLots == 0)
            {
                Wait(group, group.Exit.TakeProfitId);
                Wait(group, group.Exit.StopLossId);
            }
        }
    }
}
