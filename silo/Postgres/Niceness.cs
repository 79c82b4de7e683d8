using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>Lets the PostgreSQL process behind a connection yield to others, where it runs on this machine and this process may say so.</summary>
internal static partial class Niceness
{
    private const int Lower = 5; // a third of the processor's time that others get, when all want it
    private const int OfProcess = 0; // of setpriority(2)

    /// <summary>Asks for it; without effect elsewhere.</summary>
    public static async Task Yield(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT inet_client_port()", connection);
        if (OperatingSystem.IsLinux() && await command.ExecuteScalarAsync(cancellation) is int port && IsBackend(connection.ProcessID, port))
        {
            _ = setpriority(OfProcess, connection.ProcessID, Lower);
        }
    }

    // A process of that number may be another's: the server's is named after its client's port.
    private static bool IsBackend(int processId, int port)
    {
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
