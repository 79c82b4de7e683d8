using System.CommandLine;
using System.Globalization;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>What a process of <c>bourse serve</c> is.</summary>
internal enum ServeRole
{
    /// <summary>A silo and a front end.</summary>
    Both,

    /// <summary>A silo alone.</summary>
    Silo,

    /// <summary>A front end alone, which needs a silo elsewhere.</summary>
    Front,
}

/// <summary>What <c>bourse serve</c> is told.</summary>
/// <param name="Number">Names this process among those of its role, from 1.</param>
/// <param name="Silos">How many silo processes to start, as a text: <c>+1</c> adds one to those that run. Null: this process is one.</param>
/// <param name="FrontEnds">How many front-end processes to start.</param>
internal sealed record ServeOptions(
    int Port, string DataDir, FileInfo[] Replay, string Speed, ulong Seed, ServeRole Role, int Number, string? Silos, int FrontEnds)
{
    private const int MaxProcesses = 64;

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

    private static readonly Option<ServeRole> s_role = new("--role")
    {
        Description = "What this process is: silo, front, or both.",
        DefaultValueFactory = _ => ServeRole.Both,
    };

    private static readonly Option<int> s_number = new("--number")
    {
        Description = "Names this process among those of its role.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> s_silos = new("--silos")
    {
        Description = "Starts so many silos, each a process of its own; +1 adds one to a running cluster.",
    };

    private static readonly Option<int> s_frontEnds = new("--front-ends")
    {
        Description = "With --silos: starts so many front ends, on the port and those after it.",
        DefaultValueFactory = _ => 1,
    };

    public static IReadOnlyList<Option> All { get; } =
        [s_port, s_data, s_replay, s_speed, s_seed, s_role, s_number, s_silos, s_frontEnds];

    /// <summary>Whether one silo is to be added to a running cluster.</summary>
    public bool AddsSilo => Silos == "+1";

    /// <summary>How many silos to start as processes of their own; null where this process serves itself.</summary>
    public int? SiloProcesses => Silos is null || AddsSilo ? null : int.Parse(Silos, NumberStyles.None, CultureInfo.InvariantCulture);

    public static ServeOptions From(ParseResult parsed) => new(
        parsed.GetValue(s_port),
        parsed.GetValue(s_data)!,
        parsed.GetValue(s_replay) ?? [],
        parsed.GetValue(s_speed)!,
        parsed.GetValue(s_seed),
        parsed.GetValue(s_role),
        parsed.GetValue(s_number),
        parsed.GetValue(s_silos),
        parsed.GetValue(s_frontEnds));

    /// <summary>What is wrong with them; null where nothing is.</summary>
    public string? FindFault() => this switch
    {
        { Silos: not null and not "+1" } when !int.TryParse(Silos, NumberStyles.None, CultureInfo.InvariantCulture, out var silos) || silos is < 1 or > MaxProcesses =>
            $"--silos is a number from 1 to {MaxProcesses}, or +1",
        { FrontEnds: < 1 or > MaxProcesses } => $"--front-ends is a number from 1 to {MaxProcesses}",
        { Port: 0, SiloProcesses: not null } => "--port 0 goes with one process only",
        { Number: < 1 } => "--number counts from 1",
        _ => null,
    };
}
