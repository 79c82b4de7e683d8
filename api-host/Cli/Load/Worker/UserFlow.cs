using System.Net.Http.Headers;
using System.Text;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>What users do beside watching: each acts now and then, at a planned time: reads the portfolio, a quote or the open orders, or places an order.</summary>
internal sealed class UserFlow(WorkerPlan plan, Gauge gauge)
{
    private const int MaxAtOnce = 512;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient[] _http = [.. plan.Servers.Select(server => new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = MaxAtOnce })
    {
        BaseAddress = new Uri($"http://{server}"), Timeout = Timeout,
    })];
    private readonly Random _random = new(plan.First + 1);

    public async Task Run(WorkerWindow window, CancellationToken cancellation)
    {
        var pace = new Pace(window.StartMs, window.ToMs, plan.Rate, window.GrowsMs);
        var underWay = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (long done = 0; done < pace.Total;)
        {
            for (var due = pace.DueAt(Gauge.NowUs); done < due; done++)
            {
                underWay.Add(Act(pace.PlannedUs(done), _random.Next(plan.Tokens.Length), done, $"u{plan.First}-{window.StartMs}-{done}", cancellation));
            }

            underWay.RemoveAll(task => task.IsCompleted);
            await timer.WaitForNextTickAsync(cancellation);
        }

        await Task.WhenAll(underWay);
    }

    private async Task Act(long plannedUs, int user, long number, string orderId, CancellationToken cancellation)
    {
        using var request = Next(user, orderId);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", plan.Tokens[user]);
        string outcome;
        try
        {
            using var answer = await _http[number % _http.Length].SendAsync(request, cancellation);
            await answer.Content.ReadAsByteArrayAsync(cancellation);
            var status = (int)answer.StatusCode;
            outcome = status is < 400 or 422 ? "ok" : $"http_{status}"; // an order that the rules refuse has been served
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException || (failed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            outcome = failed is OperationCanceledException ? "timeout" : "no_answer";
        }

        gauge.Answer(plannedUs, Gauge.NowUs, outcome, isRequest: true);
    }

    private HttpRequestMessage Next(int user, string orderId)
    {
        var symbol = plan.Symbols[_random.Next(plan.Symbols.Length)];
        return _random.Next(10) switch
        {
            < 4 => new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
            {
                Content = new StringContent(OrderFlow.Order(_random, LoadUsers.Held(plan.Symbols, plan.First + user, _random.Next(LoadUsers.SymbolsEach)), orderId), Encoding.UTF8, "application/json"),
            },
            < 7 => new HttpRequestMessage(HttpMethod.Get, "/api/v1/portfolio"),
            < 9 => new HttpRequestMessage(HttpMethod.Get, $"/api/v1/market/quote/{symbol}"),
            _ => new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders?status=open&limit=50"),
        };
    }
}
