using Bourse.Domain.Secrets;
using Bourse.GrainInterfaces.Venues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Api.Admin;

[Collection(ApiCollection.Name)]
public sealed class VenueKeyTests(ApiFixture api)
{
    private const string Path = "/api/v1/admin/venues/test-broker/keys";

    [Fact]
    public async Task An_operator_sets_a_venues_keys_which_are_kept_sealed_and_shown_no_more()
    {
        var set = await api.Operator.Put(Path, new { key = "PK0123456789", secret = "a-secret-of-the-broker", reason = "new account" });

        set.Status.ShouldBe(200);
        set.Text.ShouldNotContain("0123456789");
        set.Text.ShouldNotContain("a-secret");
        var shown = await api.Operator.Get(Path);
        shown.Body.GetProperty("key_id").GetString().ShouldBe("PK01");
        shown.Body.GetProperty("stale").GetBoolean().ShouldBeFalse();
        var kept = await api.Grains.GetGrain<IBrokerKeysGrain>("test-broker").Get();
        kept!.Sealed.ShouldNotContain("secret");
        Open(kept.Sealed, "broker:test-broker").ShouldBe("""{"key":"PK0123456789","secret":"a-secret-of-the-broker"}""");
        Open(kept.Sealed, "broker:another").ShouldBeNull();
        var audit = await api.Operator.Get("/api/v1/admin/audit?limit=50");
        audit.Text.ShouldContain("venue.keys_set");
        audit.Text.ShouldNotContain("a-secret");
    }

    [Fact]
    public async Task Resealing_keeps_the_keys_and_changes_the_text()
    {
        await api.Operator.Put(Path.Replace("test", "other"), new { key = "PK0123456789", secret = "a-secret-of-the-broker", reason = "new" });
        var before = (await api.Grains.GetGrain<IBrokerKeysGrain>("other-broker").Get())!;

        (await api.Operator.Post(Path.Replace("test", "other") + "/reseal", new { reason = "rotation" })).Status.ShouldBe(200);

        var after = (await api.Grains.GetGrain<IBrokerKeysGrain>("other-broker").Get())!;
        after.Sealed.ShouldNotBe(before.Sealed);
        Open(after.Sealed, "broker:other-broker").ShouldBe(Open(before.Sealed, "broker:other-broker"));
        after.SetAt.ShouldBe(before.SetAt);
    }

    [Fact]
    public async Task Nobody_else_may_and_what_is_malformed_is_refused()
    {
        var user = await api.NewUser();
        var body = new { key = "PK0123456789", secret = "a-secret-of-the-broker", reason = "new" };

        (await user.Put(Path, body)).ShouldBeProblem(403, "forbidden");
        (await api.Anonymous.Get(Path)).ShouldBeProblem(401, "unauthorized");
        (await api.Operator.Put(Path, new { key = "short", secret = "a-secret-of-the-broker", reason = "new" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Put(Path, new { key = "PK0123456789", secret = "a-secret-of-the-broker" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Put("/api/v1/admin/venues/No%20Venue/keys", body)).ShouldBeProblem(400, "malformed");
        (await api.Operator.Get("/api/v1/admin/venues/nobody/keys")).ShouldBeProblem(404, "keys_not_found");
    }

    private string? Open(string text, string purpose) => SealedText.Open(
        text, purpose,
        api.Services.GetRequiredService<IConfiguration>().GetSection("Secrets:MasterKeys").GetChildren()
            .Select(m => SealedText.TryReadKey(m.Value!, SealedText.KeyBytes, out var master) ? master : throw new InvalidOperationException("no master key")));
}
