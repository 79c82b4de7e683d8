namespace Bourse.ApiHost.Security;

/// <summary>Settings under <c>Secrets</c>.</summary>
public sealed class SecretOptions
{
    /// <value>Master keys, the newest first, as <c>kid:base64url</c> of 256 random bits. Empty by default; <c>serve</c> makes one in the data folder.</value>
    public IList<string> MasterKeys { get; init; } = [];
}
