namespace Bourse.Domain.Matching.Internal;

/// <summary>What must hold inside the book; a breach is a bug, never a caller's mistake.</summary>
internal static class Invariant
{
    public static void Holds(bool condition, string breach)
    {
        if (!condition) throw new InvalidOperationException($"The book is broken: {breach}.");
    }
}
