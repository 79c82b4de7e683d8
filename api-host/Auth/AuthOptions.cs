using System.ComponentModel.DataAnnotations;

namespace Bourse.ApiHost.Auth;

/// <summary>Settings under <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <value>Signing keys, the newest first, as <c>kid:base64url-secret</c> of 256 bits at least. Empty (the default): the platform makes and keeps its own.</value>
    public IList<string> SigningKeys { get; init; } = [];

    /// <value>Rounds of PBKDF2 for a new password hash; 100,000 by default.</value>
    [Range(1_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 100_000;

    /// <value>How many password checks may wait; more are refused with 503. 1,000 by default.</value>
    [Range(1, 100_000)]
    public int MaxWaitingPasswordChecks { get; set; } = 1_000;

    /// <value>What a new account gets in paper mode, in USD; 100,000 by default.</value>
    [Range(typeof(decimal), "0", "1000000000000")]
    public decimal PaperDeposit { get; set; } = 100_000m;

    /// <value>The first operator, made at start when all three are given; null by default.</value>
    public OperatorOptions? Operator { get; set; }
}

/// <summary>The sign-in of the first operator.</summary>
public sealed class OperatorOptions
{
    public string Email { get; set; } = "";

    public string Username { get; set; } = "";

    public string Password { get; set; } = "";
}
