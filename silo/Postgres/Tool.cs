using System.Diagnostics;

namespace Bourse.Silo.Postgres;

/// <summary>Runs a program of the system to its end.</summary>
internal static class Tool
{
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>Runs it, as another user when one is given, and answers what it printed.</summary>
    /// <exception cref="InvalidOperationException">It could not be started, or ended with a code other than 0; the message holds what it printed.</exception>
    public static async Task<string> Run(string? user, string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var (code, output) = await TryRun(user, program, arguments, cancellation);
        return code == 0
            ? output
            : throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {code}: {output.Trim()}");
    }

    /// <summary>As <see cref="Run"/>, but answers the exit code; -1 when there is no such program.</summary>
    /// <param name="environment">What it finds in its environment beyond what this process has there.</param>
    public static async Task<(int Code, string Output)> TryRun(
        string? user, string program, IEnumerable<string> arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(InPath(program))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        if (user is not null)
        {
            start.UserName = user;
        }

        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment ?? s_none)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process;
        try
        {
            process = Process.Start(start) ?? throw new InvalidOperationException($"could not start {program}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"could not start {program}");
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await error);
        }
    }

    /// <summary>The program that the PATH names. Left to itself, the framework would look into the working folder first, where <c>test</c> is another thing.</summary>
    private static string InPath(string program) =>
        program.Contains('/')
            ? program
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;
}
