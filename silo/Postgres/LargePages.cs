using System.Globalization;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Lets PostgreSQL have its memory in large pages (<c>huge_pages = try</c> is its default), where Linux has no more than a limit of none against it: each of its
/// processes takes a fault and an entry in a table of its own for every page of 4 kB that it touches, which is dear on virtual machines. Raises
/// <c>vm.nr_overcommit_hugepages</c>, which sets no memory aside: pages come with the server and go with it, however it ends. Does nothing on other systems, nor
/// where this process may not (it takes root): then the server's memory is as before.
/// </summary>
internal sealed class LargePages : IDisposable
{
    private const int MaxPageKb = 32 << 10; // beyond, as 512 MB on some machines, more would be wasted than won

    private readonly string _limit;
    private readonly long _before;
    private readonly long _raised;
    private readonly long _pageBytes;
    private SharedMemory? _memory;

    private LargePages(string limit, string memory, int megabytes)
    {
        _limit = limit;
        if (Read(memory, "Hugepagesize:") is { } pageKb and > 0 and <= MaxPageKb && Read(memory, "HugePages_Surp:") is { } taken && Read(limit, "") is { } before)
        {
            var wanted = taken + (((megabytes * 1_024L) + pageKb - 1) / pageKb);
            (_before, _raised, _pageBytes) = (before, wanted > before && TryWrite(wanted) ? wanted : 0, pageKb << 10);
        }
    }

    /// <summary>Whether there was a limit to be raised.</summary>
    public bool AreAllowed => _raised != 0;

    /// <summary>Allows so much more than is taken already, until it is disposed; an operator's higher limit stays.</summary>
    public static LargePages Allow(int megabytes) => Allow("/proc/sys/vm/nr_overcommit_hugepages", "/proc/meminfo", megabytes);

    /// <param name="limit">Holds the limit in pages, as <c>/proc/sys/vm/nr_overcommit_hugepages</c> does.</param>
    /// <param name="memory">Tells of the machine's memory, as <c>/proc/meminfo</c> does.</param>
    internal static LargePages Allow(string limit, string memory, int megabytes) => new(limit, memory, megabytes);

    /// <summary>Once the server runs: has its pages made, one after the other, until this is disposed.</summary>
    /// <param name="processId">Its first process.</param>
    public void Fetch(int processId)
    {
        if (_pageBytes != 0) // the limit may have been high enough
        {
            _memory = SharedMemory.Fetch(processId, _pageBytes);
        }
    }

    public void Dispose()
    {
        _memory?.Dispose();
        if (AreAllowed && Read(_limit, "") == _raised)
        {
            TryWrite(_before);
        }
    }

    // "Hugepagesize:       2048 kB", or a number alone
    private static long? Read(string file, string name)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is not null && long.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool TryWrite(long pages)
    {
        try
        {
            File.WriteAllText(_limit, pages.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
