using System.CommandLine;
using Bourse.ApiHost.Cli.Admin;
using Bourse.ApiHost.Cli.Journal;
using Bourse.ApiHost.Cli.Load;
using Bourse.ApiHost.Cli.Match;
using Bourse.ApiHost.Cli.Import;
using Bourse.ApiHost.Cli.Replay;
using Bourse.ApiHost.Cli.Serve;
using Bourse.ApiHost.Cli.Verify;

var root = new RootCommand("Bourse, a real-time trading platform.")
{
    ServeCommand.Create(),
    ReplayCommand.Create(),
    ImportCommand.Create(),
    MatchCommand.Create(),
    LoadCommand.Create(),
    VerifyCommand.Create(),
    JournalCommand.Create(),
    AdminCommand.Create(),
};

// Ctrl-C and SIGTERM cancel the command, which then stops what it started, PostgreSQL last; the default of two seconds would cut that short.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
