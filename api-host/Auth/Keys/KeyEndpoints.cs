using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth.Keys;

/// <summary><c>/api/v1/auth/keys</c>: API keys of the caller.</summary>
public static class KeyEndpoints
{
    private const int SecretBytes = 32;
    private const int IdBytes = 12;
    private const int MaxName = 64;
    private const int MaxAddresses = 20;

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/auth/keys").WithTags("auth").RequireAuthorization().WithProblems(401, 403, 429, 503);
        keys.MapPost("", Make).Produces<KeyJson>(StatusCodes.Status201Created).WithProblems(400, 422);
        keys.MapGet("", List).Produces<ListJson<KeyJson>>();
        keys.MapDelete("/{id}", Revoke).Produces(StatusCodes.Status204NoContent).WithProblems(404);
    }

    private static async Task<IResult> Make(
        JsonBody<KeyBody> body, Caller caller, SignIn signIn, SecretBox box, IGrainFactory grains, AuditTrail audit, HttpContext context)
    {
        var wish = body.Value;
        var name = wish.Name is { Length: > 0 and <= MaxName } given && !given.Any(char.IsControl) ? given : throw Malformed("name", $"has 1 to {MaxName} characters");
        var scopes = Scopes(wish.Scopes, context);
        string[] addresses = [.. (wish.IpList ?? []).Select(Network)];
        if (addresses.Length > MaxAddresses)
        {
            throw Malformed("ip_list", $"has at most {MaxAddresses} entries");
        }

        await signIn.Reauthenticate(caller.UserId, wish.Password, wish.Code, ClientInfo.Of(context), context.RequestAborted);
        var id = ApiKeys.Prefix + Convert.ToHexString(RandomNumberGenerator.GetBytes(IdBytes));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        if (!await grains.GetGrain<IUserGrain>(caller.UserId).AddKey(id))
        {
            return Problem.Refused("too_many_keys", "You have 20 keys; revoke one first.").ToResult();
        }

        await audit.Write(context, "api_key.made", id, details: string.Join(' ', [.. scopes, .. addresses]));
        var key = await grains.GetGrain<IApiKeyGrain>(id).Create(
            new CreateApiKey(caller.UserId, name, box.Seal(KeySignIn.HashOf(secret), KeySignIn.Purpose(id)), scopes, addresses));
        context.Response.Headers.CacheControl = "no-store";
        return Answer.Json(Shape(key, secret), StatusCodes.Status201Created);
    }

    private static async Task<IResult> List(Caller caller, IGrainFactory grains)
    {
        var keys = new List<KeyJson>();
        foreach (var id in await grains.GetGrain<IUserGrain>(caller.UserId).GetKeys())
        {
            if (await grains.GetGrain<IApiKeyGrain>(id).Get() is { } key)
            {
                keys.Add(Shape(key, secret: null));
            }
        }

        return Answer.Json(new ListJson<KeyJson>(keys, null));
    }

    private static async Task<IResult> Revoke(string id, Caller caller, IGrainFactory grains, ApiKeys known, AuditTrail audit, HttpContext context)
    {
        var user = grains.GetGrain<IUserGrain>(caller.UserId);
        if (!(await user.GetKeys()).Contains(id))
        {
            return Problem.NotFound("key_not_found", "You have no such key.").ToResult();
        }

        await audit.Write(context, "api_key.revoked", id);
        await grains.GetGrain<IApiKeyGrain>(id).Revoke();
        await user.RemoveKey(id);
        known.Forget(id);
        return TypedResults.NoContent();
    }

    private static string[] Scopes(IReadOnlyList<string>? wanted, HttpContext context)
    {
        string[] scopes = [.. (wanted ?? []).Distinct()];
        if (scopes.Length == 0 || scopes.Any(scope => !KeyScopes.All.Contains(scope)))
        {
            throw Malformed("scopes", $"is to be some of {string.Join(", ", KeyScopes.All)}");
        }

        return scopes.All(scope => scope is KeyScopes.Read or KeyScopes.Trade || context.User.IsInRole(scope))
            ? scopes
            : throw new ProblemException(new Problem(StatusCodes.Status403Forbidden, "forbidden", "A key has no role that its user has not.") { Field = "scopes" });
    }

    private static string Network(string text) =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8).ToString()
        : IPNetwork.TryParse(text, out var network) ? network.ToString()
        : throw Malformed("ip_list", "holds addresses or networks such as 10.0.0.0/8");

    private static KeyJson Shape(ApiKeyView key, string? secret) => new(key.Id, key.Name, key.Scopes, key.Addresses, key.CreatedAt, secret);

    private static ProblemException Malformed(string field, string why) => new(Problem.Malformed(field, $"{field} {why}."));
}
