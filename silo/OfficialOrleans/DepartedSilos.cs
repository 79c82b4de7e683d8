using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Silo.OfficialOrleans;

/// <summary>
/// Before a silo joins: those that the table still takes for active, but whose address refuses connections, are marked dead. A machine that answers that
/// nobody listens there is proof that the process has ended, so that a silo that starts anew after a crash need not wait for the votes of others.
/// </summary>
internal sealed partial class DepartedSilos(string connectionString, ILogger<DepartedSilos> log) : ILifecycleParticipant<ISiloLifecycle>
{
    private const int Active = (int)SiloStatus.Active;
    private const int Dead = (int)SiloStatus.Dead;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(DepartedSilos), ServiceLifecycleStage.First, Sweep);

    private async Task Sweep(CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var active = new List<(string Deployment, IPEndPoint Address, int Generation)>();
        await using (var read = source.CreateCommand($"SELECT deployment, address, port, generation FROM orleans_silo WHERE status = {Active}"))
        await using (var rows = await read.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
            {
                active.Add((rows.GetString(0), new IPEndPoint(IPAddress.Parse(rows.GetString(1)), rows.GetInt32(2)), rows.GetInt32(3)));
            }
        }

        foreach (var silo in active)
        {
            if (await Refuses(silo.Address, cancellation))
            {
                await MarkDead(source, silo.Deployment, silo.Address, silo.Generation, cancellation);
                LogDeparted(silo.Address);
            }
        }
    }

    private static async Task<bool> Refuses(IPEndPoint address, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(s_patience);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, deadline.Token);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // silence proves nothing
        }
    }

    // Counted as every change of members is, so that silos that have seen the version before do not overwrite it.
    private static async Task MarkDead(NpgsqlDataSource source, string deployment, IPEndPoint address, int generation, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            WITH counted AS (UPDATE orleans_cluster SET version = version + 1 WHERE deployment = $1)
            UPDATE orleans_silo SET status = {Dead} WHERE deployment = $1 AND address = $2 AND port = $3 AND generation = $4 AND status = {Active}
            """);
        command.Parameters.Add(new() { Value = deployment });
        command.Parameters.Add(new() { Value = address.Address.ToString() });
        command.Parameters.Add(new() { Value = address.Port });
        command.Parameters.Add(new() { Value = generation });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(4100, LogLevel.Warning, "The silo at {Address} has ended without leaving the cluster; it is marked dead")]
    private partial void LogDeparted(IPEndPoint address);
}
