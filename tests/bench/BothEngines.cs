using System.Diagnostics;
using Bourse.Tests;

namespace Bourse.Bench;

/// <summary>Grain calls on each engine, one after the other: <c>bench grain-calls --both [seconds]</c> builds the bench once for each, and runs it.</summary>
internal static class BothEngines
{
    public static async Task<int> Run(string[] args)
    {
        var root = RepositoryRoot.Find();
        var failed = false;
        foreach (var engine in new[] { "embedded", "orleans" })
        {
            var artifacts = Path.Combine(root, "artifacts", $"bench-{engine}");
            Console.WriteLine($"== {engine}");
            var (code, told) = await Dotnet(
                root, "build", "tests/bench", "-c", "Release", "-v", "quiet", "--nologo", "-clp:NoSummary", $"-p:GrainEngine={engine}", $"-p:ArtifactsPath={artifacts}");
            if (code == 0)
            {
                (code, told) = await Dotnet(root, [Path.Combine(artifacts, "bin", "Bourse.Bench", "release", "Bourse.Bench.dll"), "grain-calls", .. args]);
            }
            else if (told.Contains("error NU1", StringComparison.Ordinal))
            {
                Console.WriteLine($"not measured: the package feed does not carry all that {engine} needs");
                code = 0;
            }

            Console.WriteLine(told.Trim());
            failed |= code != 0;
        }

        return failed ? 1 : 0;
    }

    private static async Task<(int Code, string Told)> Dotnet(string root, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = root })!;
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, told);
    }
}
