using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Accounts;

/// <summary>The ids of accounts that staff may name: a user's, or a house account's.</summary>
public static class AccountIds
{
    public const int MaxLength = 64;
    private const string HousePrefix = "house-";

    /// <summary>Throws <see cref="ProblemException"/> (404) when no account can have the id.</summary>
    public static async Task ThrowUnlessKnown(IGrainFactory grains, string id)
    {
        var known = id.StartsWith(HousePrefix, StringComparison.Ordinal)
            ? id.Length <= MaxLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '/')
            : Guid.TryParseExact(id, "N", out _) && await grains.GetGrain<IUserGrain>(id).Get() is not null;
        if (!known)
        {
            throw new ProblemException(Problem.NotFound("account_not_found", "There is no such account."));
        }
    }
}
