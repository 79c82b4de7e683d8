using System.Text;
using Bourse.ApiHost.Auth;
using Bourse.Domain.Secrets;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Security;

/// <summary>
/// Refuses to start outside the demo on secrets that are missing, weak, well known, or in a place where secrets do not belong: they come from the environment,
/// or from the files of the folder that <c>BOURSE_SECRETS</c> names (<c>Auth__SigningKeys__0</c> and so on). Secrets that are set have to be
/// readable in the demo too.
/// </summary>
public static class StartChecks
{
    private const int MinKeyBytes = 32;
    private const int MinDistinctBytes = 12;
    private const int MinDatabasePassword = 12;
    private static readonly string[] s_secrets = ["Auth:SigningKeys", "Auth:Operator:Password", "Secrets:MasterKeys"];

    /// <summary>Each of their parts has a key and a secret.</summary>
    private static readonly string[] s_outside = ["MarketData:Providers", "Venues"];

    /// <summary>What somebody would try first.</summary>
    private static readonly string[] s_wellKnown =
        ["password", "passw0rd", "changeme", "change-me", "secret", "default", "admin", "operator", "bourse", "postgres", "letmein", "welcome", "qwerty", "123456", "example", "correct-horse"];

    /// <summary>Takes in the files of the folder that <c>BOURSE_SECRETS</c> names, where it names one.</summary>
    public static void AddSecretFiles(this IConfigurationBuilder configuration)
    {
        if (Environment.GetEnvironmentVariable("BOURSE_SECRETS") is { Length: > 0 } folder)
        {
            configuration.AddKeyPerFile(Path.GetFullPath(folder), optional: false);
        }
    }

    public static void AddStartChecks(this WebApplicationBuilder builder)
    {
        builder.Configuration.AddSecretFiles();
        var configuration = builder.Configuration;
        builder.Services.AddOptions<SecurityOptions>().BindConfiguration("Security").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SecurityOptions>>(_ => new Validator(configuration));
    }

    /// <summary>Everything that is wrong, in words that hold no secret.</summary>
    public static IReadOnlyList<string> Find(IConfigurationRoot configuration, SecurityOptions security, string? databaseConnection)
    {
        var wrong = new List<string>();
        CheckKeys(configuration, "Auth:SigningKeys", wrong);
        CheckKeys(configuration, "Secrets:MasterKeys", wrong);
        if (security.Mode == SecurityMode.Demo)
        {
            return wrong;
        }

        if (configuration.GetSection("Secrets:MasterKeys").GetChildren().All(k => string.IsNullOrEmpty(k.Value)))
        {
            wrong.Add("Secrets:MasterKeys is missing");
        }

        if (configuration["Auth:Operator:Password"] is { } password && (!SignUpRules.IsPassword(password) || IsWellKnown(password)))
        {
            wrong.Add("Auth:Operator:Password is weak or well known; make the first operator by 'bourse admin' instead");
        }

        if (!security.BehindProxy && string.IsNullOrEmpty(configuration["Kestrel:Certificates:Default:Path"]))
        {
            wrong.Add("there is no TLS certificate (Kestrel:Certificates:Default:Path) and no proxy in front (Security:BehindProxy)");
        }

        CheckDatabase(databaseConnection, wrong);
        wrong.AddRange(Misplaced(configuration).Select(key => $"{key} comes from somewhere else than the environment or a file of secrets"));
        return wrong;
    }

    private static void CheckKeys(IConfigurationRoot configuration, string section, List<string> wrong)
    {
        foreach (var one in configuration.GetSection(section).GetChildren())
        {
            if (!SealedText.TryReadKey(one.Value ?? "", MinKeyBytes, out var master))
            {
                wrong.Add($"{one.Path} is not kid:base64url of 256 bits at least");
            }
            else if (master.Key.Distinct().Count() < MinDistinctBytes || IsWellKnown(Encoding.Latin1.GetString(master.Key)))
            {
                wrong.Add($"{one.Path} is weak or well known");
            }
        }
    }

    private static void CheckDatabase(string? connection, List<string> wrong)
    {
        if (string.IsNullOrEmpty(connection))
        {
            return; // one of our own, on this machine
        }

        var parts = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connection };
        var host = parts.TryGetValue("Host", out var given) ? given.ToString()! : "";
        if (host.StartsWith('/'))
        {
            return; // a socket of this machine: the system says who it is
        }

        var password = parts.TryGetValue("Password", out var secret) ? secret.ToString()! : "";
        if (password.Length < MinDatabasePassword || IsWellKnown(password))
        {
            wrong.Add("the password in BOURSE_POSTGRES is missing, weak or well known");
        }
    }

    private static bool IsWellKnown(string text) => s_wellKnown.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Misplaced(IConfigurationRoot configuration)
    {
        foreach (var provider in configuration.Providers.Where(p => p is not (EnvironmentVariablesConfigurationProvider or KeyPerFileConfigurationProvider)))
        {
            var outside = s_outside.SelectMany(section => provider.GetChildKeys([], section).Distinct().SelectMany(
                child => new[] { $"{section}:{child}:Key", $"{section}:{child}:Secret" }));
            foreach (var secret in s_secrets.Concat(outside))
            {
                string[] keys = [secret, .. provider.GetChildKeys([], secret).Distinct().Select(child => $"{secret}:{child}")];
                foreach (var key in keys.Where(key => provider.TryGet(key, out var value) && !string.IsNullOrEmpty(value)))
                {
                    yield return key;
                }
            }
        }
    }

    private sealed class Validator(IConfigurationRoot configuration) : IValidateOptions<SecurityOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecurityOptions options)
        {
            var wrong = Find(configuration, options, Environment.GetEnvironmentVariable("BOURSE_POSTGRES"));
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }
}
