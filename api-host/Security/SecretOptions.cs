using System.Buffers.Text;

namespace Bourse.ApiHost.Security;

/// <summary>Settings under <c>Secrets</c>.</summary>
public sealed class SecretOptions
{
    /// <value>Master keys, the newest first, as <c>kid:base64url</c> of 256 random bits. Empty by default; <c>serve</c> makes one in the data folder.</value>
    public IList<string> MasterKeys { get; init; } = [];

    /// <summary>Reads <c>kid:base64url</c>: a name of 1 to 64 letters, digits, '-' or '_', and so many bytes at least.</summary>
    public static bool TryRead(string setting, int minBytes, out string kid, out byte[] key)
    {
        (kid, key) = ("", []);
        if (setting.Split(':') is not [var name, var text] || name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            || !Base64Url.IsValid(text, out var bytes) || bytes < minBytes)
        {
            return false;
        }

        (kid, key) = (name, Base64Url.DecodeFromChars(text));
        return true;
    }
}
