using System.CommandLine;
using System.Data.Common;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Cli.Admin;

/// <summary><c>bourse admin make-operator</c>: makes the first operator, which nothing else does by itself.</summary>
public static class AdminCommand
{
    private const string PasswordVariable = "BOURSE_OPERATOR_PASSWORD";

    /// <summary>Exit code 0: the user is there and has the roles; 1: it is not.</summary>
    public static Command Create()
    {
        var email = new Option<string>("--email") { Description = "the operator's e-mail address", Required = true };
        var username = new Option<string>("--username") { Description = "the operator's user name", Required = true };
        var password = new Option<FileInfo?>("--password-file") { Description = $"a file that holds the password; {PasswordVariable} otherwise" };
        var data = new Option<string>("--data") { Description = "the folder of the database, where BOURSE_POSTGRES names none", DefaultValueFactory = _ => "./data" };
        var make = new Command("make-operator", "Make a user who is operator and risk officer, or give an existing one these roles.") { email, username, password, data };
        make.SetAction((parsed, cancellation) => Run(
            new NewOperator(parsed.GetRequiredValue(email), parsed.GetRequiredValue(username), Password(parsed.GetValue(password))),
            parsed.GetValue(data)!,
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellation));
        return new Command("admin", "What only who runs the machine may do.") { make };
    }

    private static string? Password(FileInfo? file) =>
        file is null ? Environment.GetEnvironmentVariable(PasswordVariable)
        : file.Exists ? File.ReadAllText(file.FullName).TrimEnd('\n', '\r')
        : null;

    private static async Task<int> Run(NewOperator wanted, string dataDir, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(wanted.Password))
        {
            await error.WriteLineAsync($"admin: no password in --password-file or {PasswordVariable}");
            return 1;
        }

        try
        {
            await using var database = await Database.Open(dataDir, error.WriteLine, cancellation);
            var id = await OperatorMaker.Run(wanted, database.ConnectionString, dataDir, cancellation);
            await output.WriteLineAsync($"{wanted.Username} ({id}) is operator and risk officer");
            return 0;
        }
        catch (Exception failure) when (failure is ProblemException or DbException or TimeoutException or InvalidOperationException or IOException or OrleansException)
        {
            await error.WriteLineAsync($"admin: {failure.Message}");
            return 1;
        }
    }
}
