using System.CommandLine;
using System.Data.Common;
using Bourse.Silo.MarketData;

namespace Bourse.ApiHost.Cli.Replay;

/// <summary>
/// <c>bourse replay</c>: tick files through the feeds and the candle engine of a silo of its own into the database, as fast as it goes or
/// at a speed. Orders and accounts are not touched.
/// </summary>
public static class ReplayCommand
{
    /// <summary>The command, for the root command to add. Exit code 0: every tick is in; 1: a bad line, file or database.</summary>
    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files")
        {
            Description = "tick files (CSV: timestamp,symbol,price,size,bid,bid_size,ask,ask_size), merged by time",
            Arity = ArgumentArity.OneOrMore,
        };
        var speed = new Option<ReplaySpeed>("--speed")
        {
            Description = "how fast ticks are played: 1 as they were, 10 ten times as fast, max as fast as it goes",
            DefaultValueFactory = _ => ReplaySpeed.Max,
            CustomParser = result =>
            {
                if (!ReplaySpeed.TryParse(result.Tokens[0].Value, out var parsed)) result.AddError("--speed is 'max' or a factor from 0.001 to 1000000");
                return parsed;
            },
        };
        var symbols = new Option<string[]>("--symbol") { Description = "only ticks of this symbol; may be given again", DefaultValueFactory = _ => [] };
        var data = new Option<string>("--data") { Description = "the folder of the database, where BOURSE_POSTGRES names none", DefaultValueFactory = _ => "./data" };
        var command = new Command("replay", "Play tick files into the charts of a database, and print how fast that went.") { files, speed, symbols, data };
        command.SetAction((parsed, cancellation) => Run(
            new ReplaySource.Settings(
                [.. parsed.GetRequiredValue(files).Select(f => f.FullName)], parsed.GetValue(speed), Loop: false, parsed.GetValue(symbols) ?? []),
            parsed.GetValue(data)!,
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellation));
        return command;
    }

    private static async Task<int> Run(ReplaySource.Settings settings, string dataDir, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (settings.Files.FirstOrDefault(f => !File.Exists(f)) is { } missing)
        {
            await error.WriteLineAsync($"there is no file {missing}");
            return 1;
        }

        try
        {
            await using var database = await Database.Open(dataDir, error.WriteLine, cancellation);
            var report = await ReplayRun.Run(settings, database.ConnectionString, cancellation);
            await output.WriteLineAsync(report.ToString());
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("stopped; what was played is kept");
            return 1;
        }
        catch (Exception failure) when (failure is TickFileException or IOException or UnauthorizedAccessException or DbException or InvalidOperationException)
        {
            await error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
