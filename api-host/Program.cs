using System.CommandLine;
using Bourse.ApiHost.Cli.Match;
using Bourse.ApiHost.Cli.Replay;
using Bourse.ApiHost.Cli.Serve;

var root = new RootCommand("Bourse, a real-time trading platform.") { ServeCommand.Create(), ReplayCommand.Create(), MatchCommand.Create() };
return await root.Parse(args).InvokeAsync();
