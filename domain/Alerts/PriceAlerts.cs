namespace Bourse.Domain.Alerts;

/// <summary>Which way a price must go. The numbers are kept in tables.</summary>
public enum AlertCondition : byte
{
    /// <summary>At the target or over it.</summary>
    Above = 1,

    /// <summary>At the target or under it.</summary>
    Below = 2,
}

/// <summary>The alerts that wait on one symbol, by target, so that a price that reaches none costs two comparisons. Not thread-safe.</summary>
public sealed class PriceAlerts
{
    private readonly SortedSet<(decimal Target, Guid Id)> _above = [];
    private readonly SortedSet<(decimal Target, Guid Id)> _below = [];
    private readonly Dictionary<Guid, (AlertCondition Condition, decimal Target)> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>Adds an alert; one that waits already stays as it is.</summary>
    public void Add(Guid id, AlertCondition condition, decimal target)
    {
        if (_waiting.TryAdd(id, (condition, target)))
        {
            SetOf(condition).Add((target, id));
        }
    }

    /// <summary>Takes an alert out; one that is not there is passed over.</summary>
    public void Remove(Guid id)
    {
        if (_waiting.Remove(id, out var alert))
        {
            SetOf(alert.Condition).Remove((alert.Target, id));
        }
    }

    public void Clear()
    {
        _above.Clear();
        _below.Clear();
        _waiting.Clear();
    }

    /// <summary>The alerts that a price reaches, in no order; they stay until they are removed.</summary>
    public IReadOnlyList<Guid> ReachedBy(decimal price)
    {
        if ((_above.Count == 0 || _above.Min.Target > price) && (_below.Count == 0 || _below.Max.Target < price))
        {
            return [];
        }

        return [.. _above.TakeWhile(a => a.Target <= price).Concat(_below.Reverse().TakeWhile(a => a.Target >= price)).Select(a => a.Id)];
    }

    private SortedSet<(decimal Target, Guid Id)> SetOf(AlertCondition condition) => condition == AlertCondition.Above ? _above : _below;
}
