using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>Waits for a PostgreSQL that is still coming up.</summary>
internal static class PostgresProbe
{
    /// <summary>Opens a connection, again and again while the server starts or recovers.</summary>
    /// <returns>Null when <paramref name="isAlive"/> says that there is no server any more.</returns>
    /// <exception cref="InvalidOperationException">Not within the time.</exception>
    public static async Task<NpgsqlConnection?> OpenWhenReady(
        NpgsqlDataSource source, Func<bool> isAlive, TimeSpan timeout, Action<string> say, CancellationToken cancellation)
    {
        var deadline = TimeProvider.System.GetUtcNow() + timeout;
        var told = "";
        while (true)
        {
            try
            {
                return await source.OpenConnectionAsync(cancellation);
            }
            catch (NpgsqlException e) when (IsTransient(e))
            {
                if (!isAlive())
                {
                    return null;
                }

                if (TimeProvider.System.GetUtcNow() >= deadline)
                {
                    throw new InvalidOperationException($"PostgreSQL did not answer within {timeout.TotalSeconds:0} s: {e.Message}", e);
                }

                if (told != e.Message)
                {
                    told = e.Message;
                    say($"waiting for PostgreSQL: {e.Message}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
            }
        }
    }

    private static bool IsTransient(NpgsqlException e) =>
        e is not PostgresException p
        || p.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown;
}
