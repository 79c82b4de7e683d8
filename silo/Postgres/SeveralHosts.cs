using System.Data.Common;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>Connection strings that name several servers: a primary and the standbys that may take its place.</summary>
public static class SeveralHosts
{
    private static readonly (string Name, object Value)[] s_settings = [("Target Session Attributes", "primary"), ("Host Recheck Seconds", 2), ("Timeout", 3)];

    /// <summary>
    /// Leads to whichever of the servers takes writes, and notices within two seconds when that is another one. What the string says itself stays; one
    /// with a single host is not changed.
    /// </summary>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    public static string ToPrimary(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true)
        {
            return connectionString;
        }

        var given = new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString };
        foreach (var (name, value) in s_settings.Where(setting => !given.ContainsKey(setting.Name)))
        {
            settings[name] = value;
        }

        return settings.ConnectionString;
    }
}
