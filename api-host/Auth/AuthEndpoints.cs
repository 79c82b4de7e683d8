using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary><c>/api/v1/auth</c>.</summary>
public static class AuthEndpoints
{
    private const int MaxNameLength = 254;

    public static void MapAuth(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("auth");
        auth.MapPost("/register", Register).Produces<TokensJson>(StatusCodes.Status201Created)
            .WithProblems(StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        auth.MapPost("/login", Login).Produces<TokensJson>().WithProblems(StatusCodes.Status401Unauthorized, StatusCodes.Status429TooManyRequests);
        auth.MapPost("/refresh", Refresh).Produces<TokensJson>().WithProblems(StatusCodes.Status401Unauthorized);
        auth.MapPost("/logout", Logout).Produces(StatusCodes.Status204NoContent);
        auth.MapGet("/me", Me).RequireAuthorization().Produces<MeJson>().WithProblems(StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> Register(JsonBody<RegisterJson> body, SignIn signIn, HttpContext context)
    {
        var tokens = await signIn.Register(
            Required(body.Value.Email, "email"), Required(body.Value.Username, "username"), Required(body.Value.Password, "password"), ClientInfo.Of(context),
            context.RequestAborted);
        return Tokens(context, tokens, StatusCodes.Status201Created);
    }

    private static async Task<IResult> Login(JsonBody<LoginJson> body, SignIn signIn, HttpContext context)
    {
        var name = body.Value.Email ?? body.Value.Username;
        if (string.IsNullOrEmpty(name) || name.Length > MaxNameLength || name.Any(char.IsControl))
        {
            throw new ProblemException(Problem.Malformed("email", "email or username is missing or none."));
        }

        var key = body.Value.Email is not null ? IUserNameGrain.ForEmail(name) : IUserNameGrain.ForUsername(name);
        var tokens = await signIn.Login(key, Required(body.Value.Password, "password"), body.Value.Code, ClientInfo.Of(context), context.RequestAborted);
        return Tokens(context, tokens, StatusCodes.Status200OK);
    }

    private static async Task<IResult> Refresh(JsonBody<RefreshJson> body, SignIn signIn, HttpContext context) =>
        Tokens(context, await signIn.Refresh(Required(body.Value.RefreshToken, "refresh_token"), ClientInfo.Of(context)), StatusCodes.Status200OK);

    private static async Task<IResult> Logout(JsonBody<RefreshJson> body, SignIn signIn)
    {
        await signIn.Logout(Required(body.Value.RefreshToken, "refresh_token"));
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Me(Caller caller, IGrainFactory grains) =>
        await grains.GetGrain<IUserGrain>(caller.UserId).Get() is { } user
            ? TypedResults.Ok(new MeJson(user.Id, user.Email, user.Username, user.Roles, user.CreatedAt))
            : ProblemMap.OfStatus(StatusCodes.Status401Unauthorized).ToResult();

    private static IResult Tokens(HttpContext context, TokensJson tokens, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(tokens, WireFormat.Options, statusCode: status);
    }

    private static string Required(string? value, string field) => string.IsNullOrEmpty(value)
        ? throw new ProblemException(Problem.Malformed(field, $"{field} is missing."))
        : value;
}
