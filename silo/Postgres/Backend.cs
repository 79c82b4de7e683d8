using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>The process of PostgreSQL behind a connection, on this machine, and how much of the processors it gets as far as this process may say so.</summary>
internal sealed partial class Backend
{
    /// <summary>Gives what <see cref="Find"/> looks for.</summary>
    public const string Port = "inet_client_port()";

    private const int Nicer = 5; // a third of the processor's time that others get, when all want it
    private const int OfProcess = 0; // of setpriority(2)

    private readonly int _processId;

    private Backend(int processId) => _processId = processId;

    /// <summary>Finds it.</summary>
    /// <param name="port">What the connection says to <see cref="Port"/>.</param>
    /// <returns>Null when it runs elsewhere.</returns>
    public static Backend? Find(NpgsqlConnection connection, object? port)
    {
        if (!OperatingSystem.IsLinux() || port is not int)
        {
            return null;
        }

        try
        {
            // A process of that number may be another's: the server's is named after its client's port.
            var name = File.ReadAllText($"/proc/{connection.ProcessID}/cmdline");
            var isIt = name.StartsWith("postgres: ", StringComparison.Ordinal) && name.Contains(string.Create(CultureInfo.InvariantCulture, $"({port})"), StringComparison.Ordinal);
            return isIt ? new Backend(connection.ProcessID) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Lets it yield to others.</summary>
    public void Yield() => _ = setpriority(OfProcess, _processId, Nicer);

    /// <summary>Where Linux shares the processors between sessions and ours has a raised share (<see cref="SessionShare"/>): lets it have that too, or less.</summary>
    /// <param name="part">0 = the usual share, or below; 1 = as much as ours, or above.</param>
    public void Raise(double part) => SessionShare.Extend(_processId, Math.Clamp(part, 0, 1));

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int niceness);
}
