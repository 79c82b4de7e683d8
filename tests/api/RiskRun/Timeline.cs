namespace Bourse.Tests.Api.RiskRun;

/// <summary>
/// Values that somebody set one after the other, each with the moments between which it came into force. What a silo goes by is at most a second old.
/// </summary>
internal sealed class Timeline<T>(T first)
{
    private const long LeaseMs = 1_000;
    private readonly List<(T Value, long AskedMs, long AnsweredMs)> _changes = [(first, long.MinValue, long.MinValue)];

    /// <summary>A change, from before it was asked for until after it was answered.</summary>
    public void Set(T value, long askedMs, long answeredMs) => _changes.Add((value, askedMs, answeredMs));

    /// <summary>Whether it was such at any moment until then.</summary>
    public bool EverWas(Func<T, bool> such, long timeMs) => _changes.Any(c => c.AskedMs <= timeMs && such(c.Value));

    /// <summary>Every value that a silo may have gone by at a moment.</summary>
    public IEnumerable<T> PossibleAt(long timeMs)
    {
        for (var i = 0; i < _changes.Count; i++)
        {
            var hasBegun = _changes[i].AskedMs <= timeMs;
            var mayStand = i + 1 == _changes.Count || timeMs <= _changes[i + 1].AnsweredMs + LeaseMs;
            if (hasBegun && mayStand)
            {
                yield return _changes[i].Value;
            }
        }
    }
}
