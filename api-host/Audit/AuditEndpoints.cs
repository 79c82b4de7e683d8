using System.Text.Json;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Audit;

/// <summary><c>/api/v1/admin/audit</c>: the audit log for people, newest first, and for a SIEM, as lines of JSON.</summary>
public static class AuditEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private const int MaxText = 64;
    private const int PageSize = 1_000;

    /// <summary>How many entries one request looks through; a rare filter goes on with the next page.</summary>
    private const int MaxLookedThrough = 20_000;

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/admin/audit").WithTags("admin").WithProblems(400, 401, 403, 503)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator, Roles.RiskOfficer, Roles.Service));
        audit.MapGet("", List).Produces<ListJson<AuditJson>>().WithQuery(
            ("limit", "1 to 500; 50 by default"), ("page_token", "as the page before gave it"), ("event", "only events that begin so"),
            ("actor", "only this user's"), ("target", "only what was done to this"));
        audit.MapGet("/export", Export).Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson")
            .WithQuery(("after_seq", "entries after this number; 0 by default"));
    }

    private static async Task<IResult> List(IGrainFactory grains, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        var limit = input.Int("limit", DefaultLimit, 1, MaxLimit);
        var (name, actor, target) = (input.Text("event", MaxText), input.Text("actor", MaxText), input.Text("target", MaxText));
        var log = grains.GetGrain<IAuditGrain>(IAuditGrain.Key);
        // The entry with the token's number is the first that has not been looked at.
        var next = PageToken(input) ?? (await log.Read(1, 1)).LastSeq;
        var items = new List<AuditJson>();
        for (var looked = 0; next > 0 && items.Count < limit && looked < MaxLookedThrough; looked += PageSize)
        {
            var from = Math.Max(1, next - PageSize + 1);
            var page = await log.Read(from, (int)(next - from + 1));
            foreach (var entry in page.Entries.Reverse())
            {
                if ((name is null || entry.Event.StartsWith(name, StringComparison.Ordinal)) && (actor ?? entry.Actor) == entry.Actor && (target ?? entry.Target) == entry.Target)
                {
                    items.Add(AuditJson.From(entry));
                }

                next = entry.Seq - 1;
                if (items.Count == limit)
                {
                    break;
                }
            }

            if (page.Entries.Count == 0)
            {
                next = 0;
            }
        }

        return Answer.Json(new ListJson<AuditJson>(items, next > 0 ? next.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));
    }

    private static IResult Export(IGrainFactory grains, HttpRequest request)
    {
        var after = new QueryInput(request.Query).Text("after_seq", 19) is { } text ? Number(text, "after_seq") : 0;
        return Results.Stream(
            async output =>
            {
                var log = grains.GetGrain<IAuditGrain>(IAuditGrain.Key);
                for (AuditPage page; (page = await log.Read(after + 1, PageSize)).Entries.Count > 0;)
                {
                    foreach (var entry in page.Entries)
                    {
                        await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(AuditJson.From(entry), WireFormat.Options));
                        await output.WriteAsync("\n"u8.ToArray());
                    }

                    after = page.Entries[^1].Seq;
                }
            },
            "application/x-ndjson");
    }

    private static long? PageToken(QueryInput input) => input.Text("page_token", 19) is { } text ? Number(text, "page_token") : null;

    private static long Number(string text, string field) =>
        long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number < long.MaxValue - PageSize
            ? number
            : throw new ProblemException(Problem.Malformed(field, $"{field} is to be a number of an entry."));
}
