using Bourse.Domain.Accounts;

namespace Bourse.Tests.Api.Crash;

/// <summary>
/// The order groups of an account that has no open orders any more, as its journal tells them, counted by code of the tests: what legs may trade, how large they are,
/// and which end takes which along. One command of a book has one time, so what is linked ends in the same millisecond.
/// </summary>
internal sealed class GroupAudit
{
    private const string Linked = "oco";
    private readonly Dictionary<Guid, Group> _groups = [];

    public List<string> Faults { get; } = [];

    /// <summary>Groups whose entry traded, or whose pair lived.</summary>
    public int Entered => Groups.Count(g => g.Entered > 0);

    /// <summary>Of these, where a leg traded.</summary>
    public int Exited => Groups.Count(g => g.Legs.Any(leg => leg.Filled > 0));

    /// <summary>Orders that another of their group took along.</summary>
    public int LinkedEnds => Groups.Sum(g => g.Members.Count(m => m.EndCode == Linked));

    private IEnumerable<Group> Groups => _groups.Values.Distinct();

    public void Take(AccountEvent e)
    {
        if (e is OrderPlaced { Request.Advanced.Group: { } terms } placed)
        {
            Place(placed, terms);
        }
        else if (e is OrderEvent told and not (ReportNoted or ReplaceRequested or ReplaceRejected) && _groups.TryGetValue(told.OrderId, out var group))
        {
            var order = group.Members.Single(m => m.Id == told.OrderId);
            Check(order.EndedMs == 0, e, "the order had ended");
            Follow(group, order, told);
            Check(group.Legs.Sum(leg => leg.Filled) <= group.Entered, e, "the legs traded more than the entry");
        }
    }

    /// <summary>Looks at what became of each group.</summary>
    public void Conclude()
    {
        foreach (var group in Groups)
        {
            Conclude(group);
        }
    }

    private void Place(OrderPlaced e, OrderGroupTerms terms)
    {
        if (e.Request.Advanced!.Leg is not { } kind)
        {
            _groups.Add(e.OrderId, new Group(terms.Class, e.Request.Quantity, new Member(e.OrderId, terms.Class == OrderClass.Oco ? LegKind.TakeProfit : null)));
            return;
        }

        var group = _groups[OrderGroupTerms.LegId(e.OrderId, kind)];
        group.Members.Add(new Member(e.OrderId, kind));
        _groups.Add(e.OrderId, group);
    }

    private void Follow(Group group, Member order, OrderEvent e)
    {
        switch (e)
        {
            case OrderFilled f:
                Check(order.Trades.Add(f.TradeNumber), e, "the trade was told before");
                order.Filled += f.Quantity;
                order.End(f.Completes ? e.TimeMs : 0, null);
                break;
            case LegSized s: order.Size = s.Quantity; break;
            case OrderTriggered: order.ElectedMs = e.TimeMs; break;
            case OrderCanceled c: order.End(e.TimeMs, c.Code); break;
            case OrderExpired: order.End(e.TimeMs, null); break;
            case OrderRejected r: order.End(e.TimeMs, r.Code); break;
        }

        if (order.Kind is not null && e is OrderFilled or OrderTriggered or OrderCanceled or OrderExpired && group.ExitedMs == 0)
        {
            group.ExitedMs = e.TimeMs;
        }
    }

    private void Conclude(Group group)
    {
        var (profit, loss) = (group.Find(LegKind.TakeProfit), group.Find(LegKind.StopLoss));
        Check(group.Members.All(m => m.EndedMs != 0), group, "an order never ended");
        if (group.Entry is { } entry)
        {
            Check(group.ExitedMs == 0 || entry.EndedMs <= group.ExitedMs, group, "a leg was at its end, and the entry went on");
            Check(entry.Filled == 0 || group.Legs.All(leg => leg.Size > 0), group, "the entry traded, and a leg never lived");
            Check(entry.Filled > 0 || group.Legs.All(leg => leg.Size == 0 && leg.Filled == 0), group, "a leg lived without its entry");
        }

        if (profit is not null && loss is not null)
        {
            Check(
                loss.ElectedMs == 0 ? profit.EndedMs == loss.EndedMs : profit.EndedMs <= loss.ElectedMs, group, "one leg ended, and the other went on");
        }

        foreach (var leg in group.Legs.Where(leg => leg.EndCode != Linked && leg.Size > 0))
        {
            var size = group.Entered - (leg == loss ? profit?.Filled ?? 0 : 0);
            Check(leg.Size == size, group, $"{leg} had to have {size}");
        }
    }

    private void Check(bool holds, object where, string what)
    {
        if (!holds)
        {
            Faults.Add($"{what}: {where}");
        }
    }

    private sealed class Group(OrderClass kind, decimal quantity, Member first)
    {
        public List<Member> Members { get; } = [first];

        /// <summary>Null for a pair, whose order is a leg.</summary>
        public Member? Entry => first.Kind is null ? first : null;

        public IEnumerable<Member> Legs => Members.Where(m => m.Kind is not null);

        /// <summary>What the legs may trade.</summary>
        public decimal Entered => Entry is { } entry ? entry.Filled : quantity;

        /// <summary>When the first leg traded, was elected or ended; 0 before.</summary>
        public long ExitedMs { get; set; }

        public Member? Find(LegKind leg) => Members.FirstOrDefault(m => m.Kind == leg);

        public override string ToString() => $"{kind} of {quantity}, exited {ExitedMs}: {string.Join("; ", Members)}";
    }

    private sealed class Member(Guid id, LegKind? kind)
    {
        public Guid Id => id;

        public LegKind? Kind => kind;

        public HashSet<long> Trades { get; } = [];

        public decimal Filled { get; set; }

        /// <summary>The total quantity that it was told last; 0 for a leg that waits.</summary>
        public decimal Size { get; set; }

        public long ElectedMs { get; set; }

        public long EndedMs { get; private set; }

        public string? EndCode { get; private set; }

        public void End(long timeMs, string? code) => (EndedMs, EndCode) = (timeMs, code);

        public override string ToString() => $"{kind?.ToString() ?? "Entry"} {id:N} filled {Filled} of {Size}, elected {ElectedMs}, ended {EndedMs} {EndCode}";
    }
}
