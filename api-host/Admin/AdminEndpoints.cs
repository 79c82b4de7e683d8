using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Admin;

/// <summary><c>/api/v1/admin</c>: what operators do.</summary>
public static class AdminEndpoints
{
    private const int MaxReference = 64;
    private const int MaxReason = 500;
    private const decimal MaxAmount = 1_000_000_000_000m;

    public static void MapAdmin(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("admin").RequireAuthorization(policy => policy.RequireRole(Roles.Operator)).WithProblems(401, 403, 503);
        admin.MapPost("/accounts/{id}/deposit", Deposit).Produces<PortfolioJson>().WithProblems(400, 404, 422);
    }

    /// <summary>Adds cash. The <c>reference</c>, or the <c>Idempotency-Key</c> header, makes a repeated call harmless.</summary>
    private static async Task<IResult> Deposit(
        string id, JsonBody<DepositBody> body, IGrainFactory grains, PortfolioShape shape, AuditTrail audit, HttpRequest request)
    {
        var amount = body.Value.Amount ?? throw Malformed("amount", "is missing");
        var reference = body.Value.Reference ?? Orders.OrderEndpoints.IdempotencyKey(request) ?? throw Malformed("reference", "is missing");
        var reason = body.Value.Reason ?? throw Malformed("reason", "is missing");
        if (amount is <= 0 or > MaxAmount)
        {
            throw Malformed("amount", $"is to be above 0 and at most {MaxAmount}");
        }

        if (reference.Length is 0 or > MaxReference || reference.Any(char.IsControl))
        {
            throw Malformed("reference", $"has 1 to {MaxReference} characters");
        }

        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReason)
        {
            throw Malformed("reason", $"has 1 to {MaxReason} characters");
        }

        if (!Guid.TryParseExact(id, "N", out _) || await grains.GetGrain<IUserGrain>(id).Get() is null)
        {
            return Problem.NotFound("account_not_found", "There is no such account.").ToResult();
        }

        try
        {
            var account = grains.GetGrain<IAccountGrain>(id);
            var asset = body.Value.Asset ?? (await account.GetPortfolio()).Currency;
            await audit.Write(request.HttpContext, "account.deposit", id, reason, $"{ExactDecimal.ToText(amount)} {asset}, reference {reference}");
            var portfolio = await account.Deposit(asset, amount, reference);
            return Answer.Json(shape.Portfolio(portfolio));
        }
        catch (ArgumentException refused)
        {
            return Problem.Refused("invalid_deposit", refused.Message).ToResult();
        }
    }

    private static ProblemException Malformed(string field, string why) => new(Problem.Malformed(field, $"{field} {why}."));
}
