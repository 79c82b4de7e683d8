using System.CommandLine;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>What all loads are told: where the server is and how the load is spread.</summary>
internal sealed class LoadOptions
{
    private readonly Option<string[]> _urls = new("--url")
    {
        Description = "Servers that run already; without it one is started here, with a database in a temporary folder.", AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _data = new("--data") { Description = "With --url: the servers' data folder, for what they use of CPU and memory." };
    private readonly Option<string> _operator = new("--operator") { Description = "With --url: who brings ticks in; the password comes from BOURSE_LOAD_PASSWORD.", DefaultValueFactory = _ => "operator" };
    private readonly Option<int> _symbols = Number("--symbols", 200, "Symbols L0, L1, … that are quoted.");
    private readonly Option<int> _watch = Number("--watch", 20, "Symbols that each connection watches.");
    private readonly Option<double> _ticks = new("--ticks") { Description = "Ticks a second that the feed brings in over all symbols; 20 a symbol by default." };
    private readonly Option<int> _seconds = Number("--seconds", 60, "The window that counts.");
    private readonly Option<int> _warmUp = Number("--warm-up", 45, "Seconds before it: a server that has just started runs code that is still being optimised.");
    private readonly Option<int> _processes = Number("--processes", 1, "Processes of the load at least; one holds 17,000 connections.");
    private readonly Option<FileInfo?> _json = new("--json") { Description = "Where the figures go as JSON." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_urls, _data, _operator, _symbols, _watch, _ticks, _seconds, _warmUp, _processes, _json])
        {
            command.Options.Add(option);
        }
    }

    public Values Read(ParseResult parsed)
    {
        string[] symbols = [.. Enumerable.Range(0, parsed.GetValue(_symbols)).Select(i => $"L{i}")];
        var ticks = parsed.GetValue(_ticks);
        return new Values(
            [.. (parsed.GetValue(_urls) ?? []).Select(url => new Uri(url))], parsed.GetValue(_data), parsed.GetValue(_operator)!, symbols, Math.Min(parsed.GetValue(_watch), symbols.Length),
            ticks > 0 ? ticks : 20 * symbols.Length, TimeSpan.FromSeconds(parsed.GetValue(_seconds)), TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
            parsed.GetValue(_processes), parsed.GetValue(_json));
    }

    public static Option<int> Number(string name, int otherwise, string description) =>
        new(name) { Description = $"{description} ({otherwise})", DefaultValueFactory = _ => otherwise };

    /// <summary>The options as given.</summary>
    internal sealed record Values(
        Uri[] Urls, string? Data, string Operator, string[] Symbols, int Watch, double Ticks, TimeSpan Window, TimeSpan WarmUp, int Processes, FileInfo? Json)
    {
        public Task<LoadServer> Open(LoadProgress progress, CancellationToken cancellation) => Urls.Length == 0
            ? LoadServer.StartBourse(Symbols, progress.Say, cancellation)
            : LoadServer.Attach(
                Urls, Data, Operator, Environment.GetEnvironmentVariable("BOURSE_LOAD_PASSWORD") ?? throw new InvalidOperationException("BOURSE_LOAD_PASSWORD is not set"),
                Symbols[^1], cancellation);
    }
}
