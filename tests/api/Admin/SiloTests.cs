using System.Text.Json;
using Npgsql;

namespace Bourse.Tests.Api.Admin;

/// <summary>What operators, and the platform's own programs, see of the cluster.</summary>
[Collection(ApiCollection.Name)]
public sealed class SiloTests(ApiFixture api)
{
    [Fact]
    public async Task Silos_and_grains_are_shown_to_operators_and_services_and_nobody_else()
    {
        var service = await api.NewUser();
        (await service.Get("/api/v1/admin/silos")).ShouldBeProblem(403, "forbidden");
        (await service.Get("/api/v1/admin/grains")).ShouldBeProblem(403, "forbidden");
        (await api.Anonymous.Get("/api/v1/admin/silos")).ShouldBeProblem(401, "unauthorized");
        (await api.Operator.Put($"/api/v1/admin/users/{service.UserId}/roles/service", new { reason = "the monitor" })).Status.ShouldBe(200);

        JsonElement silo = default;
        await ApiFixture.Until(async () => Items(await service.Get("/api/v1/admin/silos")) is [var first, ..] && (silo = first).GetProperty("activations").GetInt64() > 0);

        silo.GetProperty("alive").GetBoolean().ShouldBeTrue();
        silo.GetProperty("process_id").GetInt32().ShouldBe(Environment.ProcessId);
        silo.GetProperty("memory_bytes").GetInt64().ShouldBeGreaterThan(1_000_000);
        await ApiFixture.Until(async () => Items(await api.Operator.Get("/api/v1/admin/grains"))
            .Any(g => g.GetProperty("type").GetString() == "UserGrain" && g.GetProperty("activations").GetInt64() > 0));
        (await service.Get("/api/v1/admin/audit")).Status.ShouldBe(200);
        (await service.Put("/api/v1/risk/limits", new { account_id = service.UserId, max_open_orders = 1, reason = "x" })).ShouldBeProblem(403, "forbidden");
        (await service.Post($"/api/v1/admin/accounts/{service.UserId}/deposit", new { amount = "1", reference = "x", reason = "x" })).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task The_keys_that_sign_tokens_are_sealed_in_the_database()
    {
        await api.NewUser();
        await using var source = NpgsqlDataSource.Create(api.ConnectionString);
        await using var command = source.CreateCommand("SELECT data::text FROM grain_state WHERE data ? 'Keys'");

        var ring = (string)(await command.ExecuteScalarAsync())!;

        foreach (var key in JsonDocument.Parse(ring).RootElement.GetProperty("Keys").EnumerateArray())
        {
            key.GetProperty("Secret").GetString()!.ShouldStartWith("v1.tests.");
        }
    }

    private static JsonElement[] Items(ApiAnswer answer)
    {
        answer.Status.ShouldBe(200, answer.Text);
        return [.. answer.Body.GetProperty("items").EnumerateArray()];
    }
}
