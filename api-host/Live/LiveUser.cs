namespace Bourse.ApiHost.Live;

/// <summary>What one user has open at this front end.</summary>
public sealed class LiveUser(int maxSymbols)
{
    private int symbols;

    /// <summary>Changed under the lock of <see cref="LiveConnections"/> only.</summary>
    public int Connections { get; set; }

    /// <summary>Symbols watched, each as often as connections watch it.</summary>
    public int Symbols => Volatile.Read(ref symbols);

    /// <summary>Counts symbols in; false, and nothing is counted, when that would be too many.</summary>
    public bool TryAdd(int count)
    {
        if (Interlocked.Add(ref symbols, count) <= maxSymbols)
        {
            return true;
        }

        Interlocked.Add(ref symbols, -count);
        return false;
    }

    public void Remove(int count) => Interlocked.Add(ref symbols, -count);
}
