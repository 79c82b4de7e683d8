using System.CommandLine;
using System.Data.Common;
using Bourse.Domain.Serialization;
using Bourse.Silo.Journal;

namespace Bourse.ApiHost.Cli.Journal;

/// <summary><c>bourse journal cat STREAM</c>: what a grain's journal says, one JSON object a line.</summary>
internal static class JournalCommand
{
    public static Command Create() => new("journal", "Looks into the journal.") { Cat() };

    /// <summary>Exit code 0: printed whole; 1: there is no such stream, or it cannot be read.</summary>
    private static Command Cat()
    {
        var stream = new Argument<string>("stream") { Description = "account/ID or book/SYMBOL." };
        var from = new Option<long>("--from")
        {
            Description = "The number of the first event that is printed.",
            DefaultValueFactory = _ => 1,
        };
        from.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 1)
            {
                result.AddError("--from must be 1 or more");
            }
        });
        var data = new Option<string>("--data")
        {
            Description = "The folder that serve used; its database is started when it is down. BOURSE_POSTGRES goes before it.",
            DefaultValueFactory = _ => "./data",
        };
        var command = new Command("cat", "Prints the events of a stream as lines of JSON.") { stream, from, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                await using var database = await Database.OpenExisting(parsed.GetValue(data)!, error.WriteLine, cancellation);
                return await Print(database, parsed.GetRequiredValue(stream), parsed.GetValue(from), output, error, cancellation);
            }
            catch (Exception e) when (e is DbException or WireFormatException or InvalidOperationException or IOException)
            {
                await error.WriteLineAsync($"journal cat: {e.Message}");
                return 1;
            }
        });
        return command;
    }

    private static async Task<int> Print(
        Database database, string stream, long from, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var isThere = false;
        if (EventLines.Of(stream) is { } lines)
        {
            await foreach (var row in JournalStream.Read(database.ConnectionString, stream, from, cancellation))
            {
                isThere = true;
                foreach (var (version, line) in lines(row))
                {
                    if (version >= from)
                    {
                        await output.WriteLineAsync(line);
                    }
                }
            }
        }

        if (!isThere)
        {
            await error.WriteLineAsync($"journal cat: there is no stream {stream}; streams are account/ID and book/SYMBOL");
        }

        return isThere ? 0 : 1;
    }
}
