using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Has Linux begin each second to write what PostgreSQL's tables have grown by. It fills a new page with zeros before it has content, and would
/// leave them all to the kernel, which writes them half a minute later in one go: at 20,000 orders a second some 700 MB, behind which every
/// commit waited for up to 0.3 s. Does nothing on other systems.
/// </summary>
internal sealed partial class EarlyWriteback : IDisposable
{
    private const uint BeginWrite = 2; // SYNC_FILE_RANGE_WRITE of <fcntl.h>: starts what is not under way yet, and waits for nothing
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly string _tables;
    private readonly ManualResetEventSlim _stop = new();
    private Dictionary<string, long> _sizes = [];
    private Thread? _thread;

    /// <param name="tables">The folder with a database's tables.</param>
    internal EarlyWriteback(string tables) => _tables = tables;

    /// <summary>Looks each second from now on, on a thread of its own: a disk that has much to do holds it up.</summary>
    public static EarlyWriteback Start(string tables)
    {
        var writeback = new EarlyWriteback(tables);
        if (OperatingSystem.IsLinux())
        {
            writeback._thread = new Thread(writeback.Run) { IsBackground = true, Name = "postgres writeback" };
            writeback._thread.UnsafeStart();
        }

        return writeback;
    }

    /// <summary>Begins to write what is new since the last look.</summary>
    /// <returns>How many bytes that is.</returns>
    public long Begin()
    {
        var begun = 0L;
        foreach (var (path, from, to) in Grown())
        {
            try
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                begun += sync_file_range(file, from, to - from, BeginWrite) == 0 ? to - from : 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A table that has just been dropped, or one that this process may not read: the kernel comes to it by itself.
            }
        }

        return begun;
    }

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(s_interval))
        {
            Begin();
        }
    }

    private List<(string Path, long From, long To)> Grown()
    {
        var grown = new List<(string, long, long)>();
        var sizes = new Dictionary<string, long>(_sizes.Count);
        try
        {
            foreach (var file in new DirectoryInfo(_tables).EnumerateFiles())
            {
                var (before, now) = (_sizes.GetValueOrDefault(file.FullName), file.Length);
                sizes[file.FullName] = now;
                if (now > before)
                {
                    grown.Add((file.FullName, before, now));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One that went while we looked: the next look sees all.
        }

        _sizes = sizes;
        return grown;
    }

    [LibraryImport("libc")]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long count, uint flags);
}
