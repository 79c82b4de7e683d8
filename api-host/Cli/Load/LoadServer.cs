using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>What is put under load: Bourse as it runs somewhere, or started here with a database of its own, or a yardstick.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    private const string Operator = "load-operator";
    private const string Password = "Load-operator-1";
    private const int SignUpsAtOnce = 16;

    /// <summary>What a maker offers until it fills up again, once a second: all users buy at once as a load begins.</summary>
    private const int MakerSize = 100_000;
    private readonly ChildProcess? _process;
    private readonly DirectoryInfo? _data;
    private readonly HttpClient _http;

    private LoadServer(string name, Uri[] addresses, ChildProcess? process, DirectoryInfo? data, string? givenData)
    {
        (Name, Addresses, _process, _data) = (name, addresses, process, data);
        _http = new HttpClient { BaseAddress = addresses[0], Timeout = TimeSpan.FromSeconds(60) };
        var run = Path.Combine(data?.FullName ?? givenData ?? "", "run");
        ServerPids = process is not null ? [process.Id] : [.. Fronts(run).Distinct()];
        PostgresPid = ProcessUse.PidIn(Path.Combine(run, "postgres.pid"));
    }

    public string Name { get; }

    public Uri[] Addresses { get; }

    public string[] HostPorts => [.. Addresses.Select(a => a.Authority)];

    public int[] ServerPids { get; }

    public int? PostgresPid { get; }

    /// <summary>Bourse in one process on a free port, with a database in a temporary folder and instruments of the load.</summary>
    public static async Task<LoadServer> StartBourse(string[] symbols, Action<string> say, CancellationToken cancellation)
    {
        var data = Directory.CreateTempSubdirectory("bourse-load-");
        var ticks = Path.Combine(data.FullName, "instruments.csv");
        var ms = Gauge.NowUs / 1_000;
        await File.WriteAllLinesAsync(ticks, ["timestamp,symbol,price,size,bid,bid_size,ask,ask_size", .. symbols.Select(s => $"{ms},{s},100,1,99.95,{MakerSize},100.05,{MakerSize}")], cancellation);
        say($"starting a server of its own, data in {data.FullName}");
        var process = ChildProcess.Bourse(
            ["serve", "--port", "0", "--data", data.FullName, "--replay", ticks, "--speed", "max"],
            new Dictionary<string, string>
            {
                ["Auth__Operator__Email"] = $"{Operator}@bourse.example",
                ["Auth__Operator__Username"] = Operator,
                ["Auth__Operator__Password"] = Password,
                ["Auth__PasswordIterations"] = "1000",
                ["Limits__SignInsPerMinute"] = "1000000",
                ["Limits__SignUpsPerMinute"] = "1000000",
                ["Limits__RequestsPerMinute"] = "100000000",
                ["Live__MaxAnonymousConnections"] = "1000000",
                ["DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION"] = "4096",
            });
        try
        {
            var address = await AddressOf(process, cancellation);
            var server = new LoadServer("bourse", [address], process, data, null);
            await server.SignInAsOperator(Operator, Password, symbols[^1], cancellation);
            return server;
        }
        catch
        {
            await process.DisposeAsync();
            data.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>A yardstick, which is there for the load only.</summary>
    public static async Task<LoadServer> StartYardstick(string name, ChildProcess process, CancellationToken cancellation) =>
        new(name, [await AddressOf(process, cancellation)], process, null, null);

    /// <summary>Servers that run already.</summary>
    /// <param name="data">Their data folder, for what they use of CPU and memory; null = not told.</param>
    public static async Task<LoadServer> Attach(Uri[] addresses, string? data, string username, string password, string symbol, CancellationToken cancellation)
    {
        var server = new LoadServer("bourse", addresses, null, null, data);
        await server.SignInAsOperator(username, password, symbol, cancellation);
        return server;
    }

    /// <summary>Brings ticks in, as a feed does.</summary>
    /// <exception cref="HttpRequestException">They were not taken.</exception>
    public async Task Push(HttpContent ticks, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsync("/api/v1/market/ticks", ticks, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Makes users; gives back their access tokens.</summary>
    public async Task<string[]> SignUp(int count, string run, IProgress<int> progress, CancellationToken cancellation)
    {
        var tokens = new string[count];
        var done = 0;
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = SignUpsAtOnce, CancellationToken = cancellation }, async (i, stop) =>
        {
            using var client = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/register")
            {
                Content = JsonContent.Create(new { email = $"l{run}x{i}@bourse.example", username = $"l{run}x{i}", password = Password }),
            };
            using var answer = await _http.SendAsync(client, stop);
            answer.EnsureSuccessStatusCode();
            tokens[i] = (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("access_token").GetString()!;
            progress.Report(Interlocked.Increment(ref done));
        });
        return tokens;
    }

    /// <summary>Lets a user buy at the market, from the house's makers.</summary>
    /// <returns>Whether it was filled.</returns>
    public async Task<bool> Buy(string token, string symbol, int quantity, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
        {
            Content = JsonContent.Create(new { symbol, side = "buy", type = "market", time_in_force = "ioc", qty = quantity }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _http.SendAsync(request, cancellation);
        return answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("status").GetString() == "filled";
    }

    public ProcessUse Use() => ServerPids.Select(pid => ProcessUse.Of(pid, withChildren: false))
        .Aggregate((a, b) => new ProcessUse(a.CpuSeconds + b.CpuSeconds, a.Bytes + b.Bytes));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        _data?.Delete(recursive: true);
    }

    private static IEnumerable<int> Fronts(string run) =>
        Directory.Exists(run) ? Directory.EnumerateFiles(run, "front-*.pid").Concat(Directory.EnumerateFiles(run, "silo-*.pid")).Select(ProcessUse.PidIn).OfType<int>() : [0];

    private static async Task<Uri> AddressOf(ChildProcess process, CancellationToken cancellation)
    {
        while (true)
        {
            var line = await process.ReadLine(cancellation);
            var at = line.IndexOf("http://", StringComparison.Ordinal);
            if (at >= 0)
            {
                return new Uri(line[at..].Split(' ')[0]);
            }
        }
    }

    private async Task SignInAsOperator(string username, string password, string symbol, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        // The first operator is made just after the start, and may have its role a moment later.
        while (!await MayPush(username, password, cancellation))
        {
            await Wait($"{username} may not sign in and bring ticks in");
        }

        while (!(await _http.GetAsync(new Uri($"/api/v1/market/quote/{symbol}", UriKind.Relative), cancellation)).IsSuccessStatusCode)
        {
            await Wait($"there is no quote of {symbol}");
        }

        async Task Wait(string why)
        {
            await Task.Delay(200, cancellation);
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"The server is not ready: {why}");
            }
        }
    }

    private async Task<bool> MayPush(string username, string password, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync("/api/v1/auth/login", new { username, password }, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            return false;
        }

        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("access_token").GetString());
        using var pushed = await _http.PostAsJsonAsync("/api/v1/market/ticks", Array.Empty<object>(), cancellation);
        return pushed.IsSuccessStatusCode;
    }
}
