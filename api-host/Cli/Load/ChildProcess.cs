using System.Diagnostics;
using System.Text;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>A process that the load starts: a server, or a worker. Stopped as Ctrl-C does, and killed when it does not stop.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptChars = 4_000;
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(45);
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>This program again, with other arguments.</summary>
    public static ChildProcess Bourse(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        Start(Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(ChildProcess).Assembly.Location, .. arguments]
            : arguments, environment);

    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start)!);
    }

    public Task Write(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The next line of its output.</summary>
    /// <exception cref="InvalidOperationException">It has ended; the message holds what it said.</exception>
    public async Task<string> ReadLine(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw new InvalidOperationException($"A process of the load has ended: {Errors()}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (Process.Start("kill", ["-INT", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            {
            }

            using var deadline = new CancellationTokenSource(StopDeadline);
            try
            {
                await _process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
            _errors.Remove(0, Math.Max(0, _errors.Length - KeptChars));
        }
    }

    private string Errors()
    {
        lock (_errors)
        {
            return _errors.ToString().Trim();
        }
    }
}
