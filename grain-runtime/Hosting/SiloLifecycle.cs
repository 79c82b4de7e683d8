namespace Orleans.Runtime;

/// <summary>Hooks into the start and stop of a silo; see <see cref="ServiceLifecycleStage"/>.</summary>
public interface ISiloLifecycle : ILifecycleObservable;

/// <summary>Work at the start of a silo.</summary>
public interface IStartupTask
{
    /// <summary>Runs once; a failure stops the silo.</summary>
    Task Execute(CancellationToken cancellationToken);
}

/// <summary>Names of the silo in this host.</summary>
public interface ILocalSiloDetails
{
    /// <summary>The silo's name.</summary>
    string Name { get; }

    /// <summary>The cluster's name.</summary>
    string ClusterId { get; }

    /// <summary>The machine's name.</summary>
    string DnsHostName { get; }

    /// <summary>The silo's address.</summary>
    SiloAddress SiloAddress { get; }

    /// <summary>Where clients connect; in one process nothing listens there.</summary>
    SiloAddress GatewayAddress { get; }
}
