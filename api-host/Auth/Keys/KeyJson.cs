namespace Bourse.ApiHost.Auth.Keys;

/// <summary>A wish for an API key.</summary>
/// <param name="Name">1 to 64 characters, for its owner.</param>
/// <param name="Scopes"><c>read</c>, <c>trade</c>, and roles that the user has.</param>
/// <param name="IpList">Addresses or networks in CIDR notation that it may be used from; anywhere when missing.</param>
public sealed record KeyBody(string? Name, IReadOnlyList<string>? Scopes, IReadOnlyList<string>? IpList, string? Password, string? Code);

/// <summary>An API key.</summary>
/// <param name="Secret">Shown once, when it is made.</param>
public sealed record KeyJson(
    string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> IpList, DateTimeOffset CreatedAt, string? Secret)
{
    /// <summary>Without the secret, so that it does not end in a log.</summary>
    public override string ToString() => $"Key {Id}";
}
