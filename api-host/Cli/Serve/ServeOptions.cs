using System.CommandLine;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>What <c>bourse serve</c> is told.</summary>
internal sealed record ServeOptions(int Port, string DataDir, FileInfo[] Replay, string Speed, ulong Seed)
{
    private static readonly Option<int> s_port = new("--port")
    {
        Description = "Where the page and the API are served on 127.0.0.1; 0 takes a free port.",
        DefaultValueFactory = _ => 5080,
    };

    private static readonly Option<string> s_data = new("--data")
    {
        Description = "The folder of the database, the logs and the pid files.",
        DefaultValueFactory = _ => "./data",
    };

    private static readonly Option<FileInfo[]> s_replay = new("--replay")
    {
        Description = "Files of ticks to play in place of the simulator's market.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> s_speed = new("--speed")
    {
        Description = "How fast ticks are played: 1 as they were, 10 ten times as fast, max as fast as it goes.",
        DefaultValueFactory = _ => "1",
    };

    private static readonly Option<ulong> s_seed = new("--seed")
    {
        Description = "The simulator's seed.",
        DefaultValueFactory = _ => 1UL,
    };

    public static IReadOnlyList<Option> All { get; } = [s_port, s_data, s_replay, s_speed, s_seed];

    public static ServeOptions From(ParseResult parsed) => new(
        parsed.GetValue(s_port),
        parsed.GetValue(s_data)!,
        parsed.GetValue(s_replay) ?? [],
        parsed.GetValue(s_speed)!,
        parsed.GetValue(s_seed));
}
