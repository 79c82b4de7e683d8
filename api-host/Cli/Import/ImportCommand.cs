using System.CommandLine;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Bourse.ApiHost.Market;
using Bourse.Silo.MarketData;

namespace Bourse.ApiHost.Cli.Import;

/// <summary><c>bourse import</c>: back-fills charts from files of ticks or bars. Quotes, orders and accounts are not touched.</summary>
public static class ImportCommand
{
    /// <summary>The command, for the root command to add. Exit code 0: every line is in; 1: a bad line, file or database.</summary>
    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files")
        {
            Description = "ticks (CSV: timestamp,symbol,price,size,bid,bid_size,ask,ask_size) or bars (CSV: timestamp, open, high, low, close, and symbol and volume as far as they are there; or bid_open and so on)",
            Arity = ArgumentArity.OneOrMore,
        };
        var timeframe = new Option<string>("--timeframe") { Description = "the length of the bars in the files: 1s, 1m, 5m, 1h or 1d (1m)", DefaultValueFactory = _ => "1m" };
        timeframe.AcceptOnlyFromAmong([.. MarketNames.Timeframes]);
        var symbol = new Option<string?>("--symbol") { Description = "whose bars they are, where the files do not say" };
        var data = new Option<string>("--data") { Description = "the folder of the database, where BOURSE_POSTGRES names none", DefaultValueFactory = _ => "./data" };
        var command = new Command("import", "Back-fill charts from files of ticks or bars. Bars of the same time are replaced.") { files, timeframe, symbol, data };
        command.SetAction((parsed, cancellation) => Run(
            [.. parsed.GetRequiredValue(files).Select(f => f.FullName)], parsed.GetValue(timeframe)!, parsed.GetValue(symbol), parsed.GetValue(data)!,
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellation));
        return command;
    }

    private static async Task<int> Run(string[] files, string timeframe, string? symbol, string dataDir, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (files.FirstOrDefault(f => !File.Exists(f)) is { } missing)
        {
            await error.WriteLineAsync($"there is no file {missing}");
            return 1;
        }

        try
        {
            await using var database = await Database.Open(dataDir, error.WriteLine, cancellation);
            var started = Stopwatch.GetTimestamp();
            await using var import = await CandleImport.Open(database.ConnectionString, cancellation);
            foreach (var file in files)
            {
                await (BarFileReader.IsBars(file)
                    ? import.AddBars(file, symbol, MarketNames.ToTimeframe(timeframe), cancellation)
                    : import.AddTicks(file, cancellation));
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}: {import.Written} bars in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s so far"));
            }

            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("stopped; what was imported is kept");
            return 1;
        }
        catch (Exception failure) when (failure is TickFileException or IOException or UnauthorizedAccessException or DbException or InvalidOperationException)
        {
            await error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
