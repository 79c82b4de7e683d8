using System.Text.Json;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Users;
using Bourse.GrainInterfaces.Venues;

namespace Bourse.ApiHost.Admin;

/// <summary>
/// <c>/api/v1/admin/venues/{venue}/keys</c>: the keys with which the platform trades at an outside venue, set by an operator, sealed before they are kept, and never shown
/// again.
/// </summary>
public static class VenueKeyEndpoints
{
    private const int MaxKey = 200;
    private const int ShownCharacters = 4;

    public static void MapVenueKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/admin/venues/{venue}/keys").WithTags("admin").RequireAuthorization(policy => policy.RequireRole(Roles.Operator)).WithProblems(401, 403, 503);
        keys.MapGet("", Get).Produces<VenueKeysJson>().WithProblems(404);
        keys.MapPut("", Set).Produces<VenueKeysJson>().WithProblems(400);
        keys.MapPost("/reseal", Reseal).Produces<VenueKeysJson>().WithProblems(400, 404, 422);
    }

    private static async Task<IResult> Get(string venue, IGrainFactory grains, SecretBox box) =>
        await Of(venue, grains).Get() is { } keys ? Answer.Json(Shape(venue, keys, box)) : NotFound();

    private static async Task<IResult> Set(
        string venue, JsonBody<VenueKeysBody> body, IGrainFactory grains, SecretBox box, AuditTrail audit, TimeProvider time, HttpContext context)
    {
        var grain = Of(venue, grains);
        var (key, secret, reason) = (Secret("key", body.Value.Key), Secret("secret", body.Value.Secret), new ReasonBody(body.Value.Reason).Required());
        var sealedText = box.Seal(JsonSerializer.Serialize(new { key, secret }), IBrokerKeysGrain.Purpose(venue));
        var keys = new BrokerKeys(key[..Math.Min(ShownCharacters, key.Length / 2)], sealedText, time.GetUtcNow());
        await audit.Write(context, "venue.keys_set", venue, reason, $"key {keys.KeyId}…");
        await grain.Set(keys);
        return Answer.Json(Shape(venue, keys, box));
    }

    /// <summary>Seals what is kept anew under the newest master key, so that an older one can be taken away.</summary>
    private static async Task<IResult> Reseal(
        string venue, JsonBody<ReasonBody> body, IGrainFactory grains, SecretBox box, AuditTrail audit, HttpContext context)
    {
        var (grain, reason) = (Of(venue, grains), body.Value.Required());
        if (await grain.Get() is not { } kept)
        {
            return NotFound();
        }

        if (box.Open(kept.Sealed, IBrokerKeysGrain.Purpose(venue)) is not { } open)
        {
            return Problem.Refused("sealed_key_unreadable", "The keys were sealed under a master key that is gone; set them anew.").ToResult();
        }

        var keys = kept with { Sealed = box.Seal(open, IBrokerKeysGrain.Purpose(venue)) };
        await audit.Write(context, "venue.keys_resealed", venue, reason, $"key {keys.KeyId}…");
        await grain.Set(keys);
        return Answer.Json(Shape(venue, keys, box));
    }

    private static IBrokerKeysGrain Of(string venue, IGrainFactory grains) =>
        venue.Length is > 0 and <= 24 && venue.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? grains.GetGrain<IBrokerKeysGrain>(venue)
            : throw Malformed("venue", "is 1 to 24 of a-z, 0-9, '-'");

    private static VenueKeysJson Shape(string venue, BrokerKeys keys, SecretBox box) =>
        new(venue, keys.KeyId, keys.SetAt, keys.Sealed.Split('.')[1], box.IsStale(keys.Sealed));

    private static string Secret(string field, string? text) => text is { Length: >= 8 and <= MaxKey } && text.All(c => c is > ' ' and < '\x7f')
        ? text
        : throw Malformed(field, $"has 8 to {MaxKey} printable characters");

    private static IResult NotFound() => Problem.NotFound("keys_not_found", "No keys of this venue are kept.").ToResult();

    private static ProblemException Malformed(string field, string why) => new(Problem.Malformed(field, $"{field} {why}."));
}

/// <summary>What is told of a venue's keys.</summary>
/// <param name="KeyId">The first characters of the key.</param>
/// <param name="MasterKey">Under which master key they are sealed.</param>
/// <param name="Stale">A newer master key is there: reseal them.</param>
public sealed record VenueKeysJson(string Venue, string KeyId, DateTimeOffset SetAt, string MasterKey, bool Stale);

/// <summary>Keys to be set.</summary>
public sealed record VenueKeysBody(string? Key, string? Secret, string? Reason)
{
    /// <summary>Without the secrets, so that they do not end in a log.</summary>
    public override string ToString() => "keys of a venue";
}
