using Bourse.Silo.MarketData;
using Spectre.Console;

namespace Bourse.ApiHost.Cli.Replay;

/// <summary>One replay with its progress on the terminal and its counts.</summary>
internal static class ReplayRun
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(200);

    /// <summary>Plays everything; complete when every bar is in the database.</summary>
    public static async Task<ReplayReport> Run(ReplaySource.Settings settings, string connectionString, CancellationToken cancellation)
    {
        using var counts = new FeedCounts();
        var source = new ReplaySource(settings, TimeProvider.System);
        var elapsed = await ReplaySilo.Play(source, settings.Speed, connectionString, work => Show(source, work), cancellation);
        return new ReplayReport(source.Ticks, counts.Refused, counts.Late, counts.WrittenBars, counts.LostBars, elapsed);
    }

    /// <summary>Draws how far the replay is until the work is done; on a terminal only.</summary>
    private static Task Show(ReplaySource source, Task work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Capabilities.Interactive)
        {
            return work;
        }

        return console.Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask("replay", maxValue: 1);
            while (!work.IsCompleted)
            {
                bar.Description = $"{source.Ticks:N0} ticks";
                bar.Value = source.Progress;
                await Task.WhenAny(work, Task.Delay(s_redraw));
            }

            bar.Value = source.Progress;
            await work;
        });
    }
}
