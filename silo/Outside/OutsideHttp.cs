using System.Net;
using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Bourse.Silo.Outside;

/// <summary>A request to an outside service.</summary>
/// <param name="Make">Makes it anew for each attempt, because signatures carry the time.</param>
/// <param name="MayRepeat">Whether doing it twice is the same as once.</param>
/// <param name="Weight">What it takes of the budget.</param>
public readonly record struct OutsideRequest(Func<HttpRequestMessage> Make, bool MayRepeat, int Weight = 1);

/// <summary>What a service answered, whether well (2xx) or with a refusal (4xx).</summary>
public readonly record struct OutsideAnswer(int Status, byte[] Body)
{
    public bool IsWell => Status is >= 200 and < 300;
}

/// <summary>
/// The one way that HTTP requests leave by: rate budget, time-outs, repetitions only where those are harmless, and one circuit breaker a service. An answer of
/// 2xx or 4xx is an answer; everything else is an <see cref="OutsideException"/> that says whether the request may have been done.
/// </summary>
public sealed class OutsideHttp : IDisposable
{
    private const int MaxRetryAfterSeconds = 600;

    private readonly HttpClient _client;
    private readonly OutsideHttpOptions _options;
    private readonly OutsideHealth _health;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<OutsideAnswer> _once;
    private readonly ResiliencePipeline<OutsideAnswer> _repeating;

    /// <param name="baseAddress">Ends with a slash where it has a path.</param>
    public OutsideHttp(Uri baseAddress, OutsideHttpOptions options, OutsideHealth health, TimeProvider time)
    {
        (_options, _health, _time) = (options, health, time);
        Budget = new RateBudget(options.WeightPerMinute, time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = options.AttemptTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        })
        {
            BaseAddress = baseAddress,
            MaxResponseContentBufferSize = options.MaxAnswerBytes,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _once = new ResiliencePipelineBuilder<OutsideAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<OutsideAnswer>
            {
                FailureRatio = 0.5,
                MinimumThroughput = options.BreakerAttempts,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakTime,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is OutsideException or TimeoutRejectedException),
                OnOpened = _ => Note(() => health.Opened()),
                OnClosed = _ => Note(() => health.Closed()),
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
        _repeating = options.Retries == 0 ? _once : new ResiliencePipelineBuilder<OutsideAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<OutsideAnswer>
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is OutsideException or TimeoutRejectedException),
            })
            .AddPipeline(_once)
            .Build();
    }

    public RateBudget Budget { get; }

    /// <exception cref="OutsideException">There is no answer.</exception>
    public async Task<OutsideAnswer> Send(OutsideRequest request, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        try
        {
            var answer = await (request.MayRepeat ? _repeating : _once).ExecuteAsync(
                static async (state, token) => await state.Http.Attempt(state.Request, token), (Http: this, Request: request), cancellation);
            _health.Answered(_time.GetElapsedTime(started));
            return answer;
        }
        catch (BrokenCircuitException)
        {
            throw new OutsideException(OutsideFault.NotDone, "the circuit is open");
        }
        catch (TimeoutRejectedException)
        {
            throw Failed(new OutsideException(OutsideFault.Unknown, "no answer in time"));
        }
        catch (OutsideException failed)
        {
            throw Failed(failed);
        }
    }

    /// <summary>Reads JSON, which may be repeated; a refusal and what is no JSON count as no answer.</summary>
    /// <exception cref="OutsideException">There is no answer.</exception>
    public async Task<JsonDocument> Read(Func<HttpRequestMessage> make, int weight, CancellationToken cancellation)
    {
        var answer = await Send(new OutsideRequest(make, MayRepeat: true, weight), cancellation);
        if (!answer.IsWell)
        {
            throw Failed(new OutsideException(OutsideFault.NotDone, $"refused with status {answer.Status}"));
        }

        try
        {
            return JsonDocument.Parse(answer.Body);
        }
        catch (JsonException)
        {
            throw Failed(new OutsideException(OutsideFault.Unknown, "the answer is no JSON"));
        }
    }

    public void Dispose() => _client.Dispose();

    private OutsideException Failed(OutsideException failed)
    {
        _health.Failed(failed.Message);
        return failed;
    }

    private async Task<OutsideAnswer> Attempt(OutsideRequest request, CancellationToken cancellation)
    {
        await WaitForBudget(request.Weight, cancellation);
        try
        {
            using var message = request.Make();
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellation);
            var status = (int)response.StatusCode;
            if (status is 429 or 418)
            {
                var pause = RetryAfter(response) ?? _options.RetryDelay;
                Budget.Close(pause);
                throw new OutsideException(OutsideFault.NotDone, $"rate limited for {pause.TotalSeconds:0.###} s");
            }

            return status is >= 200 and < 300 or >= 400 and < 500
                ? new OutsideAnswer(status, await response.Content.ReadAsByteArrayAsync(cancellation))
                : throw new OutsideException(OutsideFault.Unknown, $"answered with status {status}");
        }
        catch (HttpRequestException failed)
        {
            // Only what failed before a connection stood has certainly not been done.
            var fault = failed.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                ? OutsideFault.NotDone
                : OutsideFault.Unknown;
            throw new OutsideException(fault, $"the request failed: {failed.HttpRequestError}");
        }
    }

    private async Task WaitForBudget(int weight, CancellationToken cancellation)
    {
        var waited = _time.GetTimestamp();
        while (Budget.Take(weight) is { Ticks: > 0 } wait)
        {
            if (_time.GetElapsedTime(waited) + wait > _options.MaxBudgetWait)
            {
                throw new OutsideException(OutsideFault.NotDone, "the rate budget is used up");
            }

            await Task.Delay(wait, _time, cancellation);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter is not { } header ? null
            : header.Delta ?? (header.Date is { } date ? date - _time.GetUtcNow() : null);
        return asked is { } pause ? TimeSpan.FromSeconds(Math.Clamp(pause.TotalSeconds, 0, MaxRetryAfterSeconds)) : null;
    }

    private static ValueTask Note(Action note)
    {
        note();
        return ValueTask.CompletedTask;
    }
}
