using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace Bourse.Tests.Api.Crash;

/// <summary>
/// Trades over one connection at a time with a few hands at once. When the connection breaks it comes back, goes on from the last
/// event it saw, and sends again, under the same client order id, what had no answer.
/// </summary>
public sealed class CrashTrader
{
    private const int Hands = 3;
    private const int MaxOpen = 40;
    private static readonly TimeSpan ReconnectDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(15);
    private readonly ApiUser _user;
    private readonly string _name;
    private readonly OrderScript _script;
    private readonly Action _answered;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly List<string> _open = [];

    // Each written by its hand.
    private readonly long[] _answeredAt = new long[Hands];
    private HubClient? _hub;
    private Task _listening = Task.CompletedTask;
    private long _signedIn = TimeProvider.System.GetTimestamp();
    private long _newestSeq;
    private Exception? _failure;
    private string _notConnected = "";
    private TimeSpan _longestWait;
    private volatile bool _stops;

    /// <param name="answered">Called at each answer.</param>
    public CrashTrader(ApiUser user, int seed, string name, Action answered)
    {
        _user = user;
        _name = name;
        _script = new OrderScript(seed, name);
        _answered = answered;
    }

    public ApiUser User => _user;

    public OrderRecord Record { get; } = new();

    /// <summary>How often an order had to be sent again.</summary>
    public int Repeated { get; private set; }

    /// <summary>The orders that were acknowledged last, as they were told; also while it trades.</summary>
    public IReadOnlyList<JsonElement> Newest(int max)
    {
        lock (_lock)
        {
            return [.. Record.Acknowledged.Values.TakeLast(max)];
        }
    }

    /// <summary>Trades until told to stop; every order that was begun has its answer by then.</summary>
    public Task Trade() => Task.WhenAll(Enumerable.Range(0, Hands).Select(hand => Task.Run(() => Hand(hand))));

    public void Stop() => _stops = true;

    /// <summary>The longest time that an order or a cancellation waited for its answer, with all the times it was sent again; then measures anew.</summary>
    public TimeSpan TakeLongestWait()
    {
        lock (_lock)
        {
            var longest = _longestWait;
            _longestWait = TimeSpan.Zero;
            return longest;
        }
    }

    /// <summary>Comes back when each of its hands has had an answer after this call; throws when one is stuck.</summary>
    public async Task UntilAnswered()
    {
        var since = Stopwatch.GetTimestamp();
        while (Enumerable.Range(0, Hands).Any(hand => Volatile.Read(ref _answeredAt[hand]) < since))
        {
            ThrowIfFailed();
            await Task.Delay(20);
        }
    }

    /// <summary>Cancels what is open and waits until the channel has brought everything.</summary>
    public async Task Settle()
    {
        await ApiFixture.Until(async () =>
        {
            await _user.Delete("/api/v1/orders");
            return (await _user.OpenOrders()).Count == 0;
        });
        await Disconnect();
        await Hub();
        await ApiFixture.Until(() =>
        {
            lock (_lock)
            {
                return Task.FromResult(_failure is not null || Record.LastSeq >= _newestSeq);
            }
        });
        ThrowIfFailed();
        Record.LastSeq.ShouldBe(_newestSeq);
    }

    /// <summary>So many events of the order channel after a number, as they are told to somebody who asks for them.</summary>
    public async Task<List<JsonElement>> ReadAgain(long afterSeq, int count)
    {
        await using var hub = await HubClient.Connect(_user.Address, _user.AccessToken);
        await hub.Call("SubscribeOrders", [afterSeq]);
        var updates = new List<JsonElement>();
        while (updates.Count < count)
        {
            var (target, update) = await hub.NextOf("order_update", "resync");
            target.ShouldBe("order_update", $"{_name}, {updates.Count} events after {afterSeq}");
            updates.Add(update);
        }

        return updates;
    }

    public async Task Disconnect()
    {
        if (_hub is { } hub)
        {
            await hub.DisposeAsync();
            await _listening;
            _hub = null;
        }
    }

    private async Task Hand(int number)
    {
        try
        {
            await Hand(() => Volatile.Write(ref _answeredAt[number], Stopwatch.GetTimestamp()));
        }
        catch (Exception exception)
        {
            // One that is stuck stops the others, so that it is seen at once.
            lock (_lock)
            {
                _failure ??= exception;
            }

            throw;
        }
    }

    private async Task Hand(Action answered)
    {
        while (!_stops)
        {
            ThrowIfFailed();
            string? cancel = null;
            string clientOrderId = "";
            JsonElement body = default;
            await LookAtPrices();
            lock (_lock)
            {
                if (_open.Count > 0 && (_open.Count > MaxOpen || _script.Next(100) < 25))
                {
                    var index = _script.Next(_open.Count);
                    cancel = _open[index];
                    _open.RemoveAt(index);
                }
                else
                {
                    (clientOrderId, body) = _script.NextOrder();
                }
            }

            if (cancel is not null)
            {
                await Ask("CancelOrder", cancel);
            }
            else
            {
                await Ask("PlaceOrder", body);
            }

            answered();
            _answered();
        }
    }

    /// <summary>Asks until there is an answer that says what became of it.</summary>
    private async Task Ask(string method, object argument)
    {
        var clock = Stopwatch.StartNew();
        var last = "";
        while (true)
        {
            try
            {
                var completion = await (await Hub()).Invoke(method, argument);
                last = completion.ToString();
                if (IsDone(completion))
                {
                    lock (_lock)
                    {
                        _longestWait = clock.Elapsed > _longestWait ? clock.Elapsed : _longestWait;
                    }

                    return;
                }
            }
            catch (Exception broken) when (broken is IOException or WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                last = broken.Message; // the process was killed before it had answered
            }

            clock.Elapsed.ShouldBeLessThan(AnswerDeadline, $"{_name} gets no answer to {method} {argument}: {last}");
            lock (_lock)
            {
                Repeated++;
            }

            await Task.Delay(20);
        }
    }

    /// <summary>False when the outcome is unknown.</summary>
    private bool IsDone(JsonElement completion)
    {
        if (!completion.TryGetProperty("error", out var error))
        {
            Take(completion.GetProperty("result"));
            return true;
        }

        var text = error.GetString()!;
        text.ShouldContain("{");
        var problem = JsonDocument.Parse(text[text.IndexOf('{')..]).RootElement;
        var status = problem.GetProperty("status").GetInt32();
        status.ShouldBeOneOf(422, 503);
        if (problem.TryGetProperty("order", out var order) && order.ValueKind == JsonValueKind.Object)
        {
            Take(order);
        }

        return status == 422;
    }

    private void Take(JsonElement order)
    {
        lock (_lock)
        {
            Record.Answered(order);
            var id = OrderRecord.Text(order, "id");
            _open.Remove(id);
            if (!OrderRecord.HasEnded(order))
            {
                _open.Add(id);
            }

            foreach (var leg in OrderRecord.Legs(order))
            {
                Take(leg);
            }
        }
    }

    private async Task LookAtPrices()
    {
        lock (_lock)
        {
            if (_script.Knows && _script.Next(50) != 0)
            {
                return;
            }
        }

        foreach (var symbol in OrderScript.Watched)
        {
            await ApiFixture.Until(async () =>
            {
                try
                {
                    var quote = await _user.Get($"/api/v1/market/quote/{symbol}");
                    lock (_lock)
                    {
                        if (quote.Status == 200)
                        {
                            _script.Saw(symbol, quote.Body.GetProperty("price").GetDecimal());
                        }
                    }

                    return quote.Status == 200;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false; // it is being restarted
                }
            });
        }
    }

    private async Task<HubClient> Hub()
    {
        await _connecting.WaitAsync();
        try
        {
            if (_hub is { IsOpen: true } open)
            {
                return open;
            }

            using var deadline = new CancellationTokenSource(ReconnectDeadline);
            while (true)
            {
                await Disconnect();
                ThrowIfFailed();
                deadline.IsCancellationRequested.ShouldBeFalse($"{_name} cannot connect: {_notConnected}");
                if (await TryConnect())
                {
                    return _hub!;
                }

                await Task.Delay(50);
            }
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<bool> TryConnect()
    {
        try
        {
            if (TimeProvider.System.GetElapsedTime(_signedIn) > TokenLife)
            {
                await _user.SignIn(_name);
                _signedIn = TimeProvider.System.GetTimestamp();
            }

            _hub = await HubClient.Connect(_user.Address, _user.AccessToken);
            _listening = Listen(_hub);
            var begun = await _hub.Invoke("SubscribeOrders", Record.LastSeq);
            if (!begun.TryGetProperty("result", out var channel))
            {
                _notConnected = begun.ToString();
                return false; // its database is away, or the grain is on its way
            }

            _newestSeq = channel.GetProperty("seq").GetInt64();
            return true;
        }
        catch (Exception down) when (down is IOException or WebSocketException or HttpRequestException or InvalidOperationException or ShouldAssertException)
        {
            _notConnected = down.Message;
            return false; // the process is being restarted
        }
    }

    private async Task Listen(HubClient hub)
    {
        try
        {
            await foreach (var (target, argument) in hub.All())
            {
                target.ShouldNotBe("resync");
                if (target == "order_update")
                {
                    lock (_lock)
                    {
                        Record.Heard(argument);
                    }
                }
            }
        }
        catch (ShouldAssertException wrong)
        {
            lock (_lock)
            {
                _failure ??= wrong;
            }
        }
    }

    private void ThrowIfFailed()
    {
        lock (_lock)
        {
            if (_failure is { } failure)
            {
                throw new InvalidOperationException($"{_name}: {failure.Message}", failure);
            }
        }
    }
}
