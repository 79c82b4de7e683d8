using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>What a test cluster is made of.</summary>
public sealed class InProcessTestClusterOptions
{
    /// <summary>The cluster's name.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>The service's name.</summary>
    public string ServiceId { get; set; } = "";

    /// <summary>Silos that are deployed at first.</summary>
    public short InitialSilosCount { get; set; }

    /// <summary>Whether a client is made.</summary>
    public bool InitializeClientOnDeploy { get; set; } = true;

    /// <summary>Run for each silo's host.</summary>
    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];

    /// <summary>Run for the client's host.</summary>
    public List<Action<IHostApplicationBuilder>> ClientHostConfigurationDelegates { get; } = [];
}

/// <summary>What one silo of a test cluster is told of itself.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    /// <summary>Stands for the silo's port; nothing listens.</summary>
    public int SiloPort { get; set; }

    /// <summary>Stands for the gateway's port; nothing listens.</summary>
    public int GatewayPort { get; set; }

    /// <summary>The silo's name.</summary>
    public string SiloName { get; set; } = "";
}
