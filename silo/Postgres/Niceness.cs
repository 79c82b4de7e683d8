using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>How much of the processors the PostgreSQL process behind a connection gets, where it runs on this machine and this process may say so.</summary>
internal static partial class Niceness
{
    /// <summary>Gives back by what <see cref="Yield"/> and <see cref="Press"/> find the process.</summary>
    public const string Port = "inet_client_port()";

    private const int Lower = 5; // a third of the processor's time that others get, when all want it
    private const int OfProcess = 0; // of setpriority(2)

    /// <summary>Lets it yield to others.</summary>
    public static void Yield(NpgsqlConnection connection, object? port)
    {
        if (IsBackend(connection.ProcessID, port))
        {
            _ = setpriority(OfProcess, connection.ProcessID, Lower);
        }
    }

    /// <summary>Lets it keep up with this process.</summary>
    public static void Press(NpgsqlConnection connection, object? port)
    {
        if (IsBackend(connection.ProcessID, port))
        {
            SessionShare.Extend(connection.ProcessID);
        }
    }

    // A process of that number may be another's: the server's is named after its client's port.
    private static bool IsBackend(int processId, object? port)
    {
        if (!OperatingSystem.IsLinux() || port is not int)
        {
            return false;
        }

        try
        {
            var name = File.ReadAllText($"/proc/{processId}/cmdline");
            return name.StartsWith("postgres: ", StringComparison.Ordinal) && name.Contains(string.Create(CultureInfo.InvariantCulture, $"({port})"), StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int niceness);
}
