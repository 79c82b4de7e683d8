using System.Text.RegularExpressions;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>Takes out of a log line what must not stand there, should something ever put it in: tokens, keys, passwords, e-mail addresses.</summary>
public static partial class LogMask
{
    private const string Masked = "***";

    public static string Apply(string line)
    {
        if (!line.AsSpan().ContainsAny("@=:.") && !line.Contains("earer", StringComparison.Ordinal))
        {
            return line;
        }

        line = Tokens().Replace(line, Masked);
        line = Named().Replace(line, "$1" + Masked);
        return Addresses().Replace(line, Masked);
    }

    /// <summary>JSON web tokens, refresh tokens and sealed secrets.</summary>
    [GeneratedRegex(@"\b[Bb]earer\s+[\w.~+/=-]+|eyJ[\w-]{5,}\.[\w-]+\.[\w-]*|\b[0-9a-f]{32}\.[0-9a-f]{32}\.[\w-]{43}|\bv1\.[\w-]+\.[\w-]{16}\.[\w-]+\.[\w-]{22}")]
    private static partial Regex Tokens();

    /// <summary>A value after a name that says what it is; brokers' names among them (<c>APCA-API-SECRET-KEY</c>, <c>X-MBX-APIKEY</c>, <c>signature</c>).</summary>
    [GeneratedRegex(@"((?:password|passwd|pwd|secret(?:[-_]?key)?|token|api[-_]?key(?:[-_]?id)?|authorization|signature|listenkey)[""']?\s*[=:]\s*[""']?)[^\s""',;&}]+", RegexOptions.IgnoreCase)]
    private static partial Regex Named();

    [GeneratedRegex(@"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")]
    private static partial Regex Addresses();
}
