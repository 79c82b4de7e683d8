namespace Bourse.Silo.MarketData;

/// <summary>A tick file that cannot be read on: which line, and why.</summary>
public sealed class TickFileException(string file, long line, string why) : Exception($"{file}, line {line}: {why}")
{
    public string File => file;

    /// <summary>Counted from 1, the header included.</summary>
    public long Line => line;
}
