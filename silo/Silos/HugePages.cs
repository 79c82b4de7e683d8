using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Bourse.Silo.Silos;

/// <summary>
/// Has Linux back this process's heap by pages of 2 MB, as it grows. A market's state is far larger than what the processor's translation buffer
/// covers with pages of 4 kB, and its accounts are touched in any order. Does nothing on other systems, and where the operator has set
/// <c>/sys/kernel/mm/transparent_hugepage/enabled</c> to <c>never</c>.
/// </summary>
internal sealed partial class HugePages : BackgroundService
{
    private const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";
    private const int Collapse = 25; // MADV_COLLAPSE of <linux/mman.h>, since Linux 6.1
    private const long HugePage = 2L << 20;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    /// <summary>The file that tells of this process's memory.</summary>
    public string Maps { get; init; } = "/proc/self/smaps";

    /// <summary>Backs what is filled by now.</summary>
    public void BackHeap()
    {
        try
        {
            foreach (var (start, end) in FilledRanges(File.ReadLines(Maps)))
            {
                // One that cannot be had now is asked for again the next time.
                for (var page = (start + HugePage - 1) & -HugePage; page + HugePage <= end; page += HugePage)
                {
                    _ = Advise((nint)page, (nint)HugePage, Collapse);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What this look did not back is as it was without; there is another one.
        }
    }

    /// <summary>Private memory without a file that is nearly all in use, and not backed so yet: the heap's, not the stacks of threads.</summary>
    /// <param name="maps">As <c>/proc/PID/smaps</c> has it.</param>
    public static IEnumerable<(long Start, long End)> FilledRanges(IEnumerable<string> maps)
    {
        var (start, end, resident) = (0L, 0L, 0L);
        foreach (var line in maps)
        {
            if (line.Contains(" rw-p 00000000 00:00 0", StringComparison.Ordinal))
            {
                var (dash, blank) = (line.IndexOf('-', StringComparison.Ordinal), line.IndexOf(' ', StringComparison.Ordinal));
                start = long.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                end = long.Parse(line.AsSpan(dash + 1, blank - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                resident = Bytes(line);
            }
            else if (line.StartsWith("AnonHugePages:", StringComparison.Ordinal))
            {
                if (end - start >= HugePage && resident >= (end - start) / 10 * 9 && resident - Bytes(line) >= HugePage)
                {
                    yield return (start, end);
                }

                (start, end) = (0, 0);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        OperatingSystem.IsLinux() && File.Exists(Setting) && !File.ReadAllText(Setting).Contains("[never]", StringComparison.Ordinal)
            ? Task.Factory.StartNew(() => Run(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : Task.CompletedTask;

    // On a thread of its own: a look takes a moment for each page, and the pool has few threads more than there are processors.
    private void Run(CancellationToken stoppingToken)
    {
        while (!stoppingToken.WaitHandle.WaitOne(s_interval))
        {
            BackHeap();
        }
    }

    // "Rss:      512 kB"
    private static long Bytes(string line) => long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1)[..^3], CultureInfo.InvariantCulture) << 10;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
