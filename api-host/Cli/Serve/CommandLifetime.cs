namespace Bourse.ApiHost.Cli.Serve;

/// <summary>
/// Leaves signals to the command line, in place of the console lifetime of .NET, which would tell all parts at once that the host stops: connections are
/// to be drained before.
/// </summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
