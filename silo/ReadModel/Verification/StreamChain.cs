namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Follows the numbers of a stream's rows: each begins where the one before ended.</summary>
internal sealed class StreamChain(VerifyReport report)
{
    private string _next = "";

    /// <summary>The stream that was followed last.</summary>
    public string Stream { get; private set; } = "";

    public long LastVersion { get; private set; }

    /// <summary>True when the row is of another stream than the one before. Ask before <see cref="Check"/>.</summary>
    public bool Begins(in TailRow row)
    {
        _next = row.Stream;
        return row.Stream != Stream;
    }

    public void Check(in TailRow row)
    {
        if (_next != Stream)
        {
            (Stream, LastVersion) = (_next, 0);
        }

        var (stream, version, last) = (row.Stream, row.Version, LastVersion);
        report.Check(Checks.Unbroken, version == last + 1, () => $"{stream}: event {version} follows {last}");
        LastVersion = row.Version + row.Count - 1;
    }
}
