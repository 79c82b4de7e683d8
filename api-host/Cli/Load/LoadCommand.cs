using System.CommandLine;
using Bourse.ApiHost.Cli.Load.Worker;
using Bourse.ApiHost.Cli.Load.Yardsticks;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>
/// <c>bourse load</c>: puts Bourse under load from processes of its own, and tells what it saw as a table and as JSON. Latency counts from the planned time, so
/// that what comes too late or not at all is not left out.
/// </summary>
internal static class LoadCommand
{
    public static Command Create() => new("load", "Puts a server under load: quotes, orders or mixed users.")
    {
        QuotesLoad.Create(), OrdersLoad.Create(), UsersLoad.Create(), WorkerCommand.Create(), PlainHub.Create(),
    };
}
