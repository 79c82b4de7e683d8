namespace Bourse.Domain.Accounts;

/// <summary>The newest references of deposits and withdrawals, so that each is taken once.</summary>
internal sealed class RecentReferences
{
    private const int Kept = 1_000;

    private readonly Queue<string> _inOrder = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    public IReadOnlyCollection<string> InOrder => _inOrder;

    public bool Contains(string reference) => _known.Contains(reference);

    /// <summary>False when it is there already. The oldest makes room.</summary>
    public bool Add(string reference)
    {
        if (!_known.Add(reference))
        {
            return false;
        }

        _inOrder.Enqueue(reference);
        if (_inOrder.Count > Kept)
        {
            _known.Remove(_inOrder.Dequeue());
        }

        return true;
    }
}
