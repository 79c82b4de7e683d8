using System.Globalization;
using System.Text.Json;
using Bourse.ApiHost.Cli.Load.Worker;
using Spectre.Console;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>What one window of a load showed. Times in ms, CPU in cores, rates a second.</summary>
internal sealed record LoadFigures(string System, int Connections, double Seconds, double Planned)
{
    public double Done { get; init; }

    public required Latencies Latency { get; init; }

    public Latencies? QuoteAge { get; init; }

    public Latencies? CaughtUp { get; init; }

    /// <summary>How long actions took that were planned for each second; empty for quotes.</summary>
    public IReadOnlyList<Latencies> BySecond { get; init; } = [];

    public long Late { get; init; }

    public int Failed { get; init; }

    public int Lost { get; init; }

    public double MegabytesPerSecond { get; init; }

    public double ServerCores { get; init; }

    public double PostgresCores { get; init; }

    public double LoadCores { get; init; }

    public double ServerMegabytes { get; init; }

    public double? KilobytesPerConnection { get; init; }

    public double FeedBehindMs { get; init; }

    public double TicksPerSecond { get; init; }

    public IReadOnlyDictionary<string, long> Outcomes { get; init; } = new Dictionary<string, long>();
}

/// <summary>Tells the figures of a run, as a table and as JSON.</summary>
internal static class LoadReport
{
    public static void Show(string title, IReadOnlyList<LoadFigures> all)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Minimal };
        table.AddColumn("");
        foreach (var figures in all)
        {
            table.AddColumn(new TableColumn(Markup.Escape(figures.System)).RightAligned());
        }

        Row("connections", f => $"{f.Connections:N0}");
        Row("planned/s", f => $"{f.Planned:N0}");
        Row("done/s", f => $"{f.Done:N0} ({(f.Planned > 0 ? f.Done / f.Planned : 0):P1})");
        Row("p50 ms", f => Ms(f.Latency, 0.5));
        Row("p95 ms", f => Ms(f.Latency, 0.95));
        Row("p99 ms", f => Ms(f.Latency, 0.99));
        Row("p99.9 ms", f => Ms(f.Latency, 0.999));
        Row("max ms", f => Ms(f.Latency, 1));
        Row("p95 of each second ms", SecondBySecond);
        Row("age of a quote, p50/p99 ms", f => f.QuoteAge is { Count: > 0 } age ? $"{Ms(age, 0.5)} / {Ms(age, 0.99)}" : "");
        Row("updates that did not come", f => $"{f.Late:N0}");
        Row("not connected / lost", f => $"{f.Failed:N0} / {f.Lost:N0}");
        Row("stalled, back to the newest state p50/max ms", f => f.CaughtUp is { Count: > 0 } caught ? $"{Ms(caught, 0.5)} / {Ms(caught, 1)} ({caught.Count:N0})" : "");
        Row("outcomes", f => string.Join("\n", f.Outcomes.OrderByDescending(o => o.Value).Take(8).Select(o => $"{o.Key} {o.Value:N0}")));
        Row("MB/s", f => $"{f.MegabytesPerSecond:N1}");
        Row("CPU, cores: server / PostgreSQL / load", f => $"{f.ServerCores:N2} / {f.PostgresCores:N2} / {f.LoadCores:N2}");
        Row("server memory MB", f => $"{f.ServerMegabytes:N0}");
        Row("kB a connection", f => f.KilobytesPerConnection is { } kb ? $"{kb:N1}" : "");
        Row("ticks/s, feed behind at most ms", f => f.TicksPerSecond > 0 ? $"{f.TicksPerSecond:N0}, {f.FeedBehindMs:N0}" : "");
        AnsiConsole.Write(table);

        void Row(string name, Func<LoadFigures, string> value)
        {
            string[] cells = [.. all.Select(value)];
            if (cells.Any(cell => cell.Length > 0))
            {
                table.AddRow([Markup.Escape(name), .. cells.Select(Markup.Escape)]);
            }
        }
    }

    public static void Save(FileInfo? file, IReadOnlyList<LoadFigures> all)
    {
        if (file is null)
        {
            return;
        }

        var options = new JsonSerializerOptions(WorkerCommand.Json) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
        File.WriteAllText(file.FullName, JsonSerializer.Serialize(
            all.Select(f => new
            {
                f.System, f.Connections, f.Seconds, f.Planned, f.Done, latency_ms = Percentiles(f.Latency), seconds_p95_ms = SecondsP95(f), quote_age_ms = Percentiles(f.QuoteAge), caught_up_ms = Percentiles(f.CaughtUp),
                f.Late, f.Failed, f.Lost, f.Outcomes, f.MegabytesPerSecond, f.ServerCores, f.PostgresCores, f.LoadCores, f.ServerMegabytes, f.KilobytesPerConnection, f.TicksPerSecond, f.FeedBehindMs,
            }),
            options));
    }

    /// <summary>Whether the slow actions are spread, or those of some bad moments.</summary>
    private static string SecondBySecond(LoadFigures figures)
    {
        double[] p95 = [.. SecondsP95(figures).Order()];
        return p95.Length == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"median {p95[p95.Length / 2]:N1}, worst {p95[^1]:N1},\nabove 100 in {p95.Count(ms => ms > 100)} of {p95.Length}");
    }

    private static IEnumerable<double> SecondsP95(LoadFigures figures) => figures.BySecond.Where(second => second.Count > 0).Select(second => second.PercentileMs(0.95));

    private static string Ms(Latencies latencies, double fraction) => latencies.PercentileMs(fraction).ToString("N1", CultureInfo.InvariantCulture);

    private static object? Percentiles(Latencies? l) => l is { Count: > 0 }
        ? new { l.Count, p50 = l.PercentileMs(0.5), p95 = l.PercentileMs(0.95), p99 = l.PercentileMs(0.99), p99_9 = l.PercentileMs(0.999), max = l.PercentileMs(1) }
        : null;
}
