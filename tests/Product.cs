using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Bourse.Tests;

/// <summary>
/// The real product as its user starts it: <c>bourse serve</c> as a process of its own on a free port, with a PostgreSQL of its own in a
/// temporary folder.
/// </summary>
public sealed partial class Product : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(45);

    private readonly StringBuilder _output = new();
    private Process? _process;

    private Product(string data) => Data = data;

    /// <summary>The folder of its database, logs and pid files.</summary>
    public string Data { get; }

    /// <summary>Where it serves, such as <c>http://127.0.0.1:40001</c>.</summary>
    public string Address { get; private set; } = "";

    public static async Task<Product> Start()
    {
        var product = new Product(TestServer.NewFolder());
        try
        {
            await product.Run(FreePort());
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process as a power cut would, and starts it again on the same port and data.</summary>
    public async Task KillAndRestart()
    {
        await Kill();
        await StartAgain();
    }

    /// <summary>As <see cref="KillAndRestart"/>, but the first new process is killed too, so long after its start.</summary>
    public async Task KillTwiceAndRestart(TimeSpan life)
    {
        await Kill();
        Launch(new Uri(Address).Port, new TaskCompletionSource<string>());
        await Task.Delay(life);
        await KillAndRestart();
    }

    /// <summary>Another run of the program, with the data folder as the last argument.</summary>
    public Task<(int Code, string Output, string Error)> Command(params string[] arguments) => RunProgram([.. arguments, "--data", Data], []);

    /// <summary>A run of the program that ends by itself.</summary>
    public static async Task<(int Code, string Output, string Error)> RunProgram(IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = StartInfo(arguments);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(StartDeadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Asks it to stop, as Ctrl-C does, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Stop()
    {
        var process = _process!;
        using (Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
        }

        using var deadline = new CancellationTokenSource(StopDeadline);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    /// <summary>Starts it again on the same port and data.</summary>
    public Task StartAgain() => Run(new Uri(Address).Port);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            try
            {
                await Stop();
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        _process?.Dispose();
        await StopPostgres();
        Directory.Delete(Data, recursive: true);
    }

    // One that was killed while it started has left its PostgreSQL behind.
    private async Task StopPostgres()
    {
        if (File.Exists(Path.Combine(Data, "postgres", "postmaster.pid")))
        {
            await (await TestServer.Start(folder: Data)).StopAsync();
        }
    }

    private async Task Kill()
    {
        var process = _process!;
        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task Run(int port)
    {
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Launch(port, address);
        try
        {
            Address = await address.Task.WaitAsync(StartDeadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException("bourse serve did not come up: " + Output());
        }

        await UntilReady();
    }

    private void Launch(int port, TaskCompletionSource<string> address)
    {
        var start = StartInfo(["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", Data]);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Heard(line.Data, address);
        process.ErrorDataReceived += (_, line) => Heard(line.Data, address);
        process.Exited += (_, _) => address.TrySetException(new InvalidOperationException("bourse serve ended: " + Output()));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    /// <summary>How the program is run.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ProgramPath(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("BOURSE_POSTGRES");
        start.Environment["BOURSE_TUNING"] = "off"; // a killed server's share would stay with the tests' session, and starve every PostgreSQL beside it
        return start;
    }

    private async Task UntilReady()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var clock = Stopwatch.StartNew();
        var last = "no answer";
        while (clock.Elapsed < StartDeadline)
        {
            try
            {
                using var answer = await http.GetAsync(Address + "/health/ready");
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                last = e.Message;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"bourse serve is not ready ({last}): {Output()}");
    }

    private void Heard(string? line, TaskCompletionSource<string> address)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (HttpAddress().Match(line) is { Success: true } match)
        {
            address.TrySetResult(match.Value);
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }

    // Below the range from which the system gives out ports: a client that keeps trying while the server is down could be given that very one, and hold it.
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // taken
            }
        }
    }

    private static string ProgramPath()
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(tests.Parent!.Parent!.FullName, "Bourse.ApiHost", tests.Name, "bourse.dll");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex HttpAddress();
}
