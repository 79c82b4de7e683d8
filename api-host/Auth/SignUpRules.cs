using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Auth;

/// <summary>What a sign-up form takes: ASCII e-mail addresses as in RFC 5321 with a public-looking domain, plain user names, passwords of API.md.</summary>
public static class SignUpRules
{
    private const int MaxEmail = 254;
    private const int MaxLocalPart = 64;
    private const string LocalPartSigns = "!#$%&'*+-/=?^_`{|}~.";

    /// <summary>Null when all is well, else the first thing that is not.</summary>
    public static Problem? Check(string email, string username, string password)
    {
        if (!IsEmail(email))
        {
            return Problem.Malformed("email", "This is not an e-mail address.");
        }

        if (!IsUsername(username))
        {
            return Problem.Malformed("username", "A user name has 3 to 32 letters, digits, '.', '_' or '-', and begins with a letter or digit.");
        }

        return CheckPassword(password, "password");
    }

    /// <summary>Null when the password will do.</summary>
    public static Problem? CheckPassword(string password, string field) => IsPassword(password)
        ? null
        : Problem.Refused(
            "weak_password",
            "A password has 8 to 128 characters, among them an upper-case letter, a lower-case letter, a digit and another character.",
            field);

    public static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        if (text.Length > MaxEmail || at is < 1 or > MaxLocalPart)
        {
            return false;
        }

        var local = text.AsSpan(0, at);
        foreach (var c in local)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !LocalPartSigns.Contains(c))
            {
                return false;
            }
        }

        return local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal) && IsDomain(text.AsSpan(at + 1));
    }

    public static bool IsUsername(string text) =>
        text.Length is >= 3 and <= 32 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public static bool IsPassword(string text) =>
        text.Length is >= 8 and <= 128
        && text.Any(char.IsUpper) && text.Any(char.IsLower) && text.Any(char.IsDigit) && text.Any(c => !char.IsLetterOrDigit(c))
        && !text.Any(char.IsControl);

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var labels = 0;
        ReadOnlySpan<char> last = [];
        foreach (var range in domain.Split('.'))
        {
            last = domain[range];
            labels++;
            if (last.Length is 0 or > 63 || last[0] == '-' || last[^1] == '-' || HasOtherThanLetterDigitHyphen(last))
            {
                return false;
            }
        }

        return labels >= 2 && last.Length >= 2 && !last.ContainsAnyInRange('0', '9') | last.StartsWith("xn--", StringComparison.OrdinalIgnoreCase);
    }

    private static bool HasOtherThanLetterDigitHyphen(ReadOnlySpan<char> label)
    {
        foreach (var c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return true;
            }
        }

        return false;
    }
}
