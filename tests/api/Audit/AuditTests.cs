using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bourse.ApiHost.Audit;
using Bourse.Domain.Audit;
using Bourse.Domain.Serialization;
using Bourse.GrainInterfaces.Audit;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Api.Audit;

/// <summary>The audit log from outside: who did what, why and from where, in a chain that anybody can prove.</summary>
[Collection(ApiCollection.Name)]
public sealed class AuditTests(ApiFixture api)
{
    [Fact]
    public async Task What_staff_do_is_in_the_log_with_who_why_and_from_where()
    {
        var user = await api.NewUser();
        var reason = $"because of <b>{Guid.NewGuid():N}</b>'; DROP TABLE journal; --";
        await api.Operator.Put("/api/v1/risk/limits", new { account_id = user.UserId, max_open_orders = 3, reason });
        await api.Operator.Post($"/api/v1/admin/accounts/{user.UserId}/deposit", new { amount = "5", reference = "audit-1", reason });
        await api.Operator.Post("/api/v1/risk/kill-switch", new { scope = "account", id = user.UserId, state = "reducing", reason });

        var entries = await List($"target={user.UserId}&limit=3");

        entries.Select(e => e.GetProperty("event").GetString()).ShouldBe(["kill_switch.set", "account.deposit", "risk.limits_set"]);
        entries.ShouldAllBe(e => e.GetProperty("reason").GetString() == reason);
        entries.ShouldAllBe(e => e.GetProperty("actor").GetString() == api.Operator.UserId);
        entries.ShouldAllBe(e => e.GetProperty("address").GetString()!.Contains("127.0.0.1", StringComparison.Ordinal));
        entries[1].GetProperty("details").GetString().ShouldBe("5 USD, reference audit-1");
    }

    [Fact]
    public async Task The_log_is_paged_newest_first_and_filtered()
    {
        var user = await api.NewUser();
        for (var i = 1; i <= 5; i++)
        {
            await api.Operator.Put("/api/v1/risk/limits", new { account_id = user.UserId, max_open_orders = i, reason = $"step {i}" });
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await api.Operator.Get($"/api/v1/admin/audit?target={user.UserId}&event=risk.&limit=2" + (token is null ? "" : $"&page_token={token}"));
            seen.AddRange(page.Body.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("reason").GetString()!));
            token = page.Body.GetProperty("next_page_token").GetString();
        }
        while (token is not null);

        seen.ShouldBe(["step 5", "step 4", "step 3", "step 2", "step 1"]);
    }

    [Fact]
    public async Task The_export_is_lines_of_json_whose_chain_of_hashes_holds()
    {
        await api.Operator.Put("/api/v1/risk/limits", new { account_id = (await api.NewUser()).UserId, max_open_orders = 3, reason = "to export" });

        var export = await api.Operator.Get("/api/v1/admin/audit/export");

        export.Status.ShouldBe(200);
        export.MediaType.ShouldBe("application/x-ndjson");
        var previous = AuditEntry.FirstHash;
        var seq = 0L;
        foreach (var line in export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var e = JsonDocument.Parse(line).RootElement;
            e.GetProperty("seq").GetInt64().ShouldBe(++seq);
            e.GetProperty("previous_hash").GetString().ShouldBe(previous);
            string[] members = ["previous_hash", "seq", "time_ms", "event", "actor", "address", "target", "reason", "details"];
            var text = string.Concat(members.Select(m => e.GetProperty(m).ToString() + "\n"));
            previous = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            e.GetProperty("hash").GetString().ShouldBe(previous);
        }

        seq.ShouldBeGreaterThan(0);
        (await api.Operator.Get($"/api/v1/admin/audit/export?after_seq={seq}")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldAllBe(line => JsonDocument.Parse(line, default).RootElement.GetProperty("seq").GetInt64() > seq);
    }

    [Fact]
    public async Task Where_another_process_has_written_the_log_an_entry_is_asked_for_again_and_stands_once()
    {
        var (trail, target) = (api.Services.GetRequiredService<AuditTrail>(), Guid.NewGuid().ToString("N"));
        await trail.Write(new AuditRecord("test.first", "", "", target));
        await using var other = await SiloStorage.OpenAsync(api.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var log = new AuditLog();
        foreach (var row in await other.Journal.Read(AuditLog.Stream, 1, int.MaxValue, CancellationToken.None))
        {
            var reader = new WireReader(row.Payload);
            while (!reader.IsAtEnd)
            {
                log.Take(AuditLog.Read(ref reader));
            }
        }

        var written = new ArrayBufferWriter<byte>();
        var entry = log.Append("test.elsewhere", "", "", target, "", "", 1, written);
        await other.Journal.Append(AuditLog.Stream, entry.Seq, 1, written.WrittenSpan.ToArray());
        await trail.Write(new AuditRecord("test.last", "", "", target));

        (await List($"target={target}")).Select(e => e.GetProperty("event").GetString()).ShouldBe(["test.last", "test.elsewhere", "test.first"]);
    }

    [Fact]
    public async Task Only_staff_read_the_log()
    {
        var user = await api.SharedUser();
        foreach (var path in (string[])["/api/v1/admin/audit", "/api/v1/admin/audit/export"])
        {
            (await user.Get(path)).ShouldBeProblem(403, "forbidden");
            (await api.Anonymous.Get(path)).ShouldBeProblem(401, "unauthorized");
        }

        (await api.Operator.Get("/api/v1/admin/audit?page_token=x")).ShouldBeProblem(400, "malformed");
        (await api.Operator.Get("/api/v1/admin/audit/export?after_seq=-1")).ShouldBeProblem(400, "malformed");
    }

    private async Task<IReadOnlyList<JsonElement>> List(string query) =>
        [.. (await api.Operator.Get($"/api/v1/admin/audit?{query}")).Body.GetProperty("items").EnumerateArray()];
}
