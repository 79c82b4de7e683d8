using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>The connections of one worker process, and what they see in the window.</summary>
internal sealed class LoadWorker(WorkerPlan plan) : IDisposable
{
    private const int ConnectsAtOnce = 32;
    private static readonly TimeSpan PingStep = TimeSpan.FromMilliseconds(500);

    /// <summary>Half of the time after which SignalR's servers take a silent client for gone.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);
    private readonly Gauge _gauge = new();
    private readonly Latencies _caughtUp = new();
    private readonly HubLine?[] _lines = new HubLine?[plan.Connections];
    private readonly CancellationTokenSource _end = new();
    private readonly SocketPoller _poller = new();
    private Task _stall = Task.CompletedTask;
    private int _failed;
    private string? _failedWhy;

    public async Task Connect(CancellationToken cancellation)
    {
        ThreadPool.SetMinThreads(ConnectsAtOnce, 1); // connecting blocks
        var from = IPAddress.Parse(plan.FromAddress);
        await Parallel.ForAsync(0, plan.Connections, new ParallelOptions { MaxDegreeOfParallelism = ConnectsAtOnce, CancellationToken = cancellation }, (i, _) =>
        {
            HubLine line = plan.Kind == WorkerKind.Orders ? new OrderLine(_gauge) : new QuoteLine(_gauge, plan.Way, plan.IntervalMs);
            try
            {
                line.Connect(IPEndPoint.Parse(plan.Servers[i % plan.Servers.Length]), from, PathOf(i));
                Begin(line, i);
                if (Stalls(i))
                {
                    line.MayRead = () => _stall;
                }

                _poller.Watch(line);
                _lines[i] = line;
            }
            catch (Exception refused) when (refused is IOException or SocketException)
            {
                line.Dispose();
                Interlocked.Increment(ref _failed);
                _failedWhy = refused.Message;
            }

            return ValueTask.CompletedTask;
        });
        _ = KeepAlive();
    }

    public WorkerLine Status() =>
        new(false, _lines.Count(line => line?.IsOpen == true), _failed, _failedWhy, _lines.Sum(line => (line as QuoteLine)?.Messages ?? 0) + _gauge.Outcomes.Values.Sum(), null);

    public async Task<WorkerResult> Run(WorkerWindow window, CancellationToken cancellation)
    {
        _gauge.FromUs = window.FromMs * 1_000;
        _gauge.ToUs = window.ToMs * 1_000;
        await Until(window.StartMs, cancellation);
        var acting = plan.Kind switch
        {
            WorkerKind.Orders => new OrderFlow(plan, [.. _lines.OfType<OrderLine>()]).Run(window, cancellation),
            WorkerKind.Users => new UserFlow(plan, _gauge).Run(window, cancellation),
            _ => Task.CompletedTask,
        };
        await Until(window.FromMs, cancellation);
        var (cpu, bytes) = (Cpu(), Bytes());
        if (plan.StallEvery > 0 && window.StallToMs > window.StallFromMs)
        {
            await Stall(window, cancellation);
        }

        await Until(window.ToMs, cancellation);
        (cpu, bytes) = (Cpu() - cpu, Bytes() - bytes);
        await acting;
        await Task.Delay(plan.Kind == WorkerKind.Quotes ? TimeSpan.Zero : LastAnswers, cancellation);
        _gauge.DidNotCome(_lines.OfType<QuoteLine>().Sum(line => line.Missing));
        return new WorkerResult(
            _gauge.Delivery.ToPairs(), _gauge.Age.ToPairs(), _gauge.Requests.ToPairs(), _caughtUp.ToPairs(), [.. _gauge.Seconds.Select(second => second.ToPairs())], _gauge.Messages, _gauge.Late, bytes,
            _lines.Count(line => line is { IsOpen: false }), _gauge.Outcomes, cpu);
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        _poller.Dispose();
        foreach (var line in _lines)
        {
            line?.Dispose();
        }
    }

    private static double Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static Task Until(long ms, CancellationToken cancellation)
    {
        var wait = (ms * 1_000) - Gauge.NowUs;
        return wait > 0 ? Task.Delay(TimeSpan.FromMicroseconds(wait), cancellation) : Task.CompletedTask;
    }

    private static async Task SendAll(IEnumerable<HubLine> lines)
    {
        foreach (var line in lines)
        {
            try
            {
                line.Ping();
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // counted as lost by the window
            }
        }

        await Task.Delay(PingStep);
    }

    private long Bytes() => _lines.Sum(line => line?.BytesReceived ?? 0);

    private bool Stalls(int i) => plan.StallEvery > 0 && (plan.First + i) % plan.StallEvery == 0;

    private string PathOf(int i) => plan.Way switch
    {
        QuoteWay.Stream => "/stream",
        QuoteWay.NodeWs => "/",
        _ => "/hubs/trading" + (plan.Tokens.Length > 0 ? $"?access_token={plan.Tokens[i % plan.Tokens.Length]}" : ""),
    };

    private void Begin(HubLine line, int i)
    {
        if (line is QuoteLine quotes)
        {
            // Evenly out of all, as the feed's ticks go round them: each list has a fresh tick at any time.
            var stride = plan.Symbols.Length / Math.Max(1, plan.Watch);
            quotes.Begin([.. Enumerable.Range(0, plan.Watch).Select(k => plan.Symbols[(plan.First + i + (k * stride)) % plan.Symbols.Length])]);
        }
        else
        {
            line.Greet();
            line.SendRecord("{\"type\":1,\"invocationId\":\"s\",\"target\":\"SubscribeOrders\",\"arguments\":[null]}");
        }
    }

    private async Task Stall(WorkerWindow window, CancellationToken cancellation)
    {
        await Until(window.StallFromMs, cancellation);
        var stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stall = stall.Task;
        await Until(window.StallToMs, cancellation);
        QuoteLine[] stalled = [.. _lines.Index().Where(l => Stalls(l.Index)).Select(l => l.Item).OfType<QuoteLine>()];
        foreach (var line in stalled)
        {
            line.HasPaused = true;
        }

        _stall = Task.CompletedTask;
        stall.SetResult();
        var waiting = stalled.ToHashSet();
        while (waiting.Count > 0 && Gauge.NowUs < _gauge.ToUs)
        {
            foreach (var line in waiting.Where(line => line.NewestUs > window.StallToMs * 1_000).ToList())
            {
                waiting.Remove(line);
                _caughtUp.Add(Gauge.NowUs - (window.StallToMs * 1_000));
            }

            await Task.Delay(1, cancellation);
        }

        foreach (var _ in waiting)
        {
            _caughtUp.Add(int.MaxValue); // never
        }
    }

    private async Task KeepAlive()
    {
        if (plan.Way is QuoteWay.Stream or QuoteWay.NodeWs)
        {
            return;
        }

        var steps = (int)(PingInterval / PingStep);
        for (var step = 0; !_end.IsCancellationRequested; step = (step + 1) % steps)
        {
            var mine = step;
            await SendAll(_lines.Index().Where(l => l.Index % steps == mine && l.Item?.IsOpen == true).Select(l => l.Item!));
        }
    }
}
