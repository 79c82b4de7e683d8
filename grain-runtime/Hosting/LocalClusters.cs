using Bourse.GrainRuntime.Cluster;

namespace Bourse.GrainRuntime.Hosting;

/// <summary>The ports that stand for a silo in this process.</summary>
internal sealed class LocalPorts
{
    public int SiloPort { get; set; } = 11111;

    public int GatewayPort { get; set; } = 30000;

    /// <summary>The port of the silo whose cluster this one joins; null for a cluster of its own.</summary>
    public int? PrimaryPort { get; set; }
}

/// <summary>The clusters of this process by the ports of their silos, so that silos and clients of one process find each other.</summary>
internal static class LocalClusters
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, InProcessCluster> s_byPort = [];

    /// <summary>The cluster that a silo with these ports belongs to, and whether it is its own. A silo whose ports are taken is not found by others.</summary>
    public static (InProcessCluster Cluster, bool IsOwn) Enter(LocalPorts ports, TimeProvider time)
    {
        lock (s_lock)
        {
            var isOwn = ports.PrimaryPort is not { } primary || !s_byPort.TryGetValue(primary, out var cluster);
            cluster = isOwn ? new InProcessCluster(time) : s_byPort[ports.PrimaryPort!.Value];
            s_byPort.TryAdd(ports.SiloPort, cluster);
            s_byPort.TryAdd(ports.GatewayPort, cluster);
            return (cluster, isOwn);
        }
    }

    public static void Leave(LocalPorts ports, InProcessCluster cluster)
    {
        lock (s_lock)
        {
            foreach (var port in new[] { ports.SiloPort, ports.GatewayPort })
            {
                if (s_byPort.TryGetValue(port, out var found) && found == cluster)
                {
                    s_byPort.Remove(port);
                }
            }
        }
    }

    /// <summary>Null where no silo of this process has the port.</summary>
    public static InProcessCluster? Find(int gatewayPort)
    {
        lock (s_lock)
        {
            return s_byPort.GetValueOrDefault(gatewayPort);
        }
    }
}
