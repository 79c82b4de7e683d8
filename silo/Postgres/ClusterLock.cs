using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Lets one process of the cluster at a time do something. The lock lives with a database session: when that ends, the work is cancelled and
/// another process takes it up.
/// </summary>
/// <param name="key">Any number that nobody else locks on.</param>
internal sealed class ClusterLock(NpgsqlDataSource source, long key, TimeProvider time)
{
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(1);

    /// <summary>Runs the work if nobody else does; false where somebody does, or the lock was lost before the end.</summary>
    public async Task<bool> TryRun(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            if (!await Ask(connection, $"SELECT pg_try_advisory_lock({key})", cancellation))
            {
                return false;
            }
        }
        catch
        {
            NpgsqlConnection.ClearPool(connection); // who was cancelled may have got it
            throw;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var working = work(held.Token);
        try
        {
            while (await Task.WhenAny(working, Task.Delay(s_watch, time, held.Token)) != working && !cancellation.IsCancellationRequested)
            {
                await Ask(connection, "SELECT true", cancellation);
            }

            await working;
            return true;
        }
        catch (NpgsqlException) when (!working.IsCompleted)
        {
            return false; // the session has ended, and the lock with it
        }
        finally
        {
            await held.CancelAsync();
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Back in the pool the session would keep the lock.
            NpgsqlConnection.ClearPool(connection);
        }
    }

    private static async Task<bool> Ask(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 2 };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
