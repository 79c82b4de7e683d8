using System.Diagnostics;
using System.Globalization;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Has Linux make the large pages of a PostgreSQL's shared memory before an order is the first to need one: a page is filled with zeros when it is first touched, by
/// the process that waits for it. On some virtual machines that takes 6 ms, since the host has to find the memory too. Does nothing where its memory is in small pages,
/// of which each process has to touch every one by itself, nor where this process may not look into it.
/// </summary>
internal sealed class SharedMemory : IDisposable
{
    private const int Rests = 2; // times as long as the page before took: at most a third of a processor

    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    private SharedMemory(int processId, long pageBytes)
    {
        _thread = new Thread(() => Touch(processId, pageBytes)) { IsBackground = true, Name = "postgres memory" };
        _thread.UnsafeStart();
    }

    /// <summary>How many pages have been made, or were there.</summary>
    public int Touched { get; private set; }

    /// <summary>Begins, on a thread of its own, which ends by itself.</summary>
    /// <param name="processId">The server's first process.</param>
    /// <param name="pageBytes">How large its large pages are.</param>
    public static SharedMemory Fetch(int processId, long pageBytes) => new(processId, pageBytes);

    /// <summary>Waits until all is touched.</summary>
    public void Join() => _thread.Join();

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Touch(int processId, long pageBytes)
    {
        try
        {
            if (Find(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/maps"))) is not var (from, to))
            {
                return;
            }

            using var memory = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/mem"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> first = stackalloc byte[1];
            for (var page = from; page < to; page += pageBytes)
            {
                var started = Stopwatch.GetTimestamp();
                RandomAccess.Read(memory, first, page);
                Touched++;
                if (_stop.Wait(Stopwatch.GetElapsedTime(started) * Rests))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The server has ended, or what is not touched here is when it is needed.
        }
    }

    // "7f793f800000-7f79c5600000 rw-s 00000000 00:11 1629068    /anon_hugepage (deleted)", as proc_pid_maps(5) has it
    internal static (long From, long To)? Find(IEnumerable<string> maps)
    {
        foreach (var line in maps)
        {
            var (dash, space) = (line.IndexOf('-', StringComparison.Ordinal), line.IndexOf(' ', StringComparison.Ordinal));
            if (line.Contains(" /anon_hugepage", StringComparison.Ordinal)
                && dash > 0 && space > dash
                && long.TryParse(line.AsSpan(..dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var from)
                && long.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var to))
            {
                return (from, to);
            }
        }

        return null;
    }
}
