using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Bourse.ApiHost.Wire;
using Bourse.Silo.ReadModel.Verification;
using Spectre.Console;

namespace Bourse.ApiHost.Cli.Verify;

/// <summary><c>bourse verify</c>: proves that journal, snapshots and read model belong together, also while the server runs.</summary>
internal static class VerifyCommand
{
    /// <summary>Exit code 0: all is well; 1: something is wrong, or could not be looked at.</summary>
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "The folder that serve used; its database is started when it is down. BOURSE_POSTGRES goes before it.",
            DefaultValueFactory = _ => "./data",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object in place of a table." };
        var command = new Command("verify", "Replays the journal and proves that everything agrees with it.") { data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var result = await Verify(parsed.GetValue(data)!, error, cancellation);
                if (parsed.GetValue(json))
                {
                    WriteJson(result, output);
                }
                else
                {
                    WriteTable(result, output);
                }

                return result.Ok ? 0 : 1;
            }
            catch (Exception e) when (e is DbException or TimeoutException or InvalidOperationException or IOException)
            {
                await error.WriteLineAsync($"verify: {e.Message}");
                return 1;
            }
        });
        return command;
    }

    private static async Task<VerifyResult> Verify(string dataDir, TextWriter error, CancellationToken cancellation)
    {
        await using var database = await Database.OpenExisting(dataDir, error.WriteLine, cancellation);
        var console = ConsoleOn(error);
        if (!console.Profile.Capabilities.Interactive)
        {
            return await Verifier.Run(database.ConnectionString, error.WriteLine, cancellation);
        }

        return await console.Status().StartAsync(
            "opening", status => Verifier.Run(database.ConnectionString, step => status.Status = Markup.Escape(step), cancellation));
    }

    private static void WriteTable(VerifyResult result, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("What must hold");
        table.AddColumn(new TableColumn("Looked at").RightAligned()).AddColumn(new TableColumn("Wrong").RightAligned());
        foreach (var check in result.Checks)
        {
            table.AddRow(
                new Text(check.Name),
                new Text(check.Checked.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(check.Failed.ToString("N0", CultureInfo.InvariantCulture), check.Failed == 0 ? Style.Plain : new Style(Color.Red)));
        }

        ConsoleOn(output).Write(table);
        foreach (var line in result.Errors)
        {
            output.WriteLine(line);
        }

        if (result.UnderWay > 0)
        {
            output.WriteLine($"{result.UnderWay} messages between accounts and books are under way; that is no error");
        }

        output.WriteLine(result.Ok ? "all is well" : "something is wrong");
    }

    private static void WriteJson(VerifyResult result, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(new { result.Ok, result.Checks, result.Errors, result.UnderWay }, WireFormat.Options));

    private static IAnsiConsole ConsoleOn(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
}
