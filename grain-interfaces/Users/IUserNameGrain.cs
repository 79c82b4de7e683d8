namespace Bourse.GrainInterfaces.Users;

/// <summary>
/// One name that at most one user has. The key is <see cref="ForEmail"/> or <see cref="ForUsername"/>.
/// </summary>
[Alias("bourse.user-name")]
public interface IUserNameGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes the name for a user; true when that user has it now. A claim whose user has not been created within 60 s counts as abandoned
    /// and is free again.
    /// </summary>
    [Alias("claim")]
    Task<bool> Claim(string userId);

    /// <summary>Gives the name back, when that user has it.</summary>
    [Alias("release")]
    Task Release(string userId);

    /// <summary>The id of the user who has the name, or null.</summary>
    [Alias("resolve")]
    Task<string?> Resolve();

    /// <summary>The key of an e-mail address: case does not count.</summary>
    static string ForEmail(string email) => "email:" + email.ToLowerInvariant();

    /// <summary>The key of a user name: case does not count.</summary>
    static string ForUsername(string username) => "name:" + username.ToLowerInvariant();
}
