using System.CommandLine;
using Bourse.ApiHost.Cli.Match;

var root = new RootCommand("Bourse, a real-time trading platform.") { MatchCommand.Create() };
return root.Parse(args).Invoke();
