using System.Data.Common;
using Bourse.GrainRuntime.Cluster;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Membership;

/// <summary>A client's view of the cluster: reads the map, and connects to every silo.</summary>
internal sealed class ClientAgent(InProcessCluster cluster, LocalRuntime client, LeaseTable table) : IAsyncDisposable
{
    private static readonly TimeSpan s_joinDeadline = TimeSpan.FromSeconds(60);

    private readonly Signal _signal = new();
    private readonly CancellationTokenSource _stop = new();
    private ClusterNode? _node;
    private Task _running = Task.CompletedTask;

    /// <exception cref="SiloUnavailableException">No silo was reached for a minute.</exception>
    public async Task Join(CancellationToken cancellation)
    {
        var deadline = Environment.TickCount64 + (long)s_joinDeadline.TotalMilliseconds;
        var node = new ClusterNode(cluster, client, await table.ReadSecret(deadline, cancellation)) { MapIsOld = _signal.Say };
        _node = node;
        _running = Task.Run(() => Run(node), CancellationToken.None);
        while (!node.Links.Silos.Any() || node.Map.Members.Keys.Any(m => node.Links.ToMember(m) is null))
        {
            if (Environment.TickCount64 > deadline)
            {
                if (node.Links.Silos.Any())
                {
                    return; // some are there
                }

                throw new SiloUnavailableException($"No silo was reached in {s_joinDeadline.TotalSeconds} s.");
            }

            await Task.Delay(20, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _node?.Close();
        await table.DisposeAsync();
    }

    private async Task Run(ClusterNode node)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await table.ReadVersion(_stop.Token) != node.Map.Version)
                {
                    node.Take(await table.ReadMap(_stop.Token));
                }
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or IOException or OperationCanceledException or InvalidOperationException
                or System.Net.Sockets.SocketException)
            {
                // The map of before serves until the next time.
                if (!_stop.IsCancellationRequested)
                {
                    client.Logger.LogWarning(EngineEvents.MembershipFailed, "The cluster's tables are not reached: {Reason}", exception.Message);
                }
            }

            await _signal.Wait(node.Beat, _stop.Token);
        }
    }
}
