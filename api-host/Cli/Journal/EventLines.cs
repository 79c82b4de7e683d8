using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Accounts;
using Bourse.Domain.Audit;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;
using Bourse.Silo.Journal;

namespace Bourse.ApiHost.Cli.Journal;

/// <summary>Writes journal rows as lines of JSON: number, the time of the commit, type, and the fields of the event.</summary>
internal static class EventLines
{
    private static readonly JsonSerializerOptions s_format = Format();

    /// <summary>What reads the rows of that stream; null when no grain of that kind has a journal.</summary>
    public static Func<StreamRow, IEnumerable<(long Version, string Line)>>? Of(string stream) => stream switch
    {
        _ when stream.StartsWith("account/", StringComparison.Ordinal) => OfAccount,
        _ when stream.StartsWith("book/", StringComparison.Ordinal) => OfBook,
        _ when stream.StartsWith("venue/", StringComparison.Ordinal) => OfVenue,
        AuditLog.Stream => OfAudit,
        _ => null,
    };

    private static List<(long Version, string Line)> OfAccount(StreamRow row)
    {
        var lines = new List<(long, string)>(row.Count);
        ReadOnlySpan<byte> rest = row.Payload;
        for (var version = row.Version; version < row.Version + row.Count; version++)
        {
            var e = AccountEventCodec.Read(ref rest);
            lines.Add((version, Line(version, row.Time, e.GetType().Name, JsonSerializer.SerializeToNode(e, e.GetType(), s_format)!.AsObject())));
        }

        return lines;
    }

    private static List<(long Version, string Line)> OfBook(StreamRow row)
    {
        var lines = new List<(long, string)>(row.Count);
        var reader = new WireReader(row.Payload);
        for (var version = row.Version; version < row.Version + row.Count; version++)
        {
            var entry = BookJournal.Read(ref reader);
            lines.Add((version, Line(version, row.Time, entry.Kind.ToString(), Fields(entry))));
        }

        return lines;
    }

    private static List<(long Version, string Line)> OfVenue(StreamRow row)
    {
        var lines = new List<(long, string)>(row.Count);
        var reader = new WireReader(row.Payload);
        for (var version = row.Version; version < row.Version + row.Count; version++)
        {
            var e = VenueEventCodec.Read(ref reader);
            lines.Add((version, Line(version, row.Time, e.GetType().Name, JsonSerializer.SerializeToNode(e, e.GetType(), s_format)!.AsObject())));
        }

        return lines;
    }

    private static List<(long Version, string Line)> OfAudit(StreamRow row)
    {
        var lines = new List<(long, string)>(row.Count);
        var reader = new WireReader(row.Payload);
        for (var version = row.Version; version < row.Version + row.Count; version++)
        {
            lines.Add((version, Line(version, row.Time, "AuditEntry", Node(AuditLog.Read(ref reader)))));
        }

        return lines;
    }

    private static JsonObject Fields(BookEntry entry)
    {
        var fields = entry.Kind switch
        {
            BookEntryKind.Terms => Node(entry.Terms),
            BookEntryKind.Submit => Node(entry.Submit),
            BookEntryKind.Replace => Node(entry.Replace),
            BookEntryKind.Refuse => Node(entry.Refuse),
            BookEntryKind.Halt => Node(entry.Halt!),
            BookEntryKind.Band => Node(entry.Band),
            BookEntryKind.Reopen => Node(new { entry.ReferenceTicks }),
            BookEntryKind.Cancel => Node(new { OrderId = entry.CancelOrderId, Account = entry.CancelAccount }),
            _ => [],
        };
        if (entry.Kind is BookEntryKind.Terms or BookEntryKind.SessionEnd)
        {
            fields["session_end_ms"] = entry.SessionEndMs;
        }

        if (entry.Kind is not BookEntryKind.Terms)
        {
            fields["time_ms"] = entry.TimeMs;
        }

        if (entry.Trades is { } trades)
        {
            fields["trades"] = JsonSerializer.SerializeToNode(trades, s_format);
        }

        return fields;
    }

    private static JsonObject Node<T>(T value) => JsonSerializer.SerializeToNode(value, s_format)!.AsObject();

    private static string Line(long version, DateTimeOffset time, string type, JsonObject fields)
    {
        var line = new JsonObject
        {
            ["version"] = version,
            ["time"] = JsonSerializer.SerializeToNode(time, s_format),
            ["type"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(type),
        };
        foreach (var (name, value) in fields.ToList())
        {
            fields.Remove(name);
            // An event of an order has a type of its own, that of the order.
            line[line.ContainsKey(name) ? "order_" + name : name] = value;
        }

        return line.ToJsonString(s_format);
    }

    private static JsonSerializerOptions Format()
    {
        var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        WireFormat.Apply(options);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
