using System.Text.Json;
using Bourse.ApiHost.Live;
using Bourse.ApiHost.Live.Quotes;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Tests.Api.Live;

public sealed class QuoteOutboxTests
{
    private const int IntervalMs = 100;
    private const int Max = 10;
    private const long StallMs = 1_000;
    private readonly List<(decimal[] Prices, TaskCompletionSource Taken)> _sent = [];
    private readonly SymbolQuotes _one = new("ONE");
    private readonly SymbolQuotes _two = new("TWO");
    private readonly QuoteOutbox _outbox;
    private int _aborts;
    private long _nowMs;

    public QuoteOutboxTests()
    {
        _outbox = new QuoteOutbox(
            batch =>
            {
                _sent.Add((Prices(batch), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
                return new ValueTask(_sent[^1].Taken.Task);
            },
            () => _aborts++, IntervalMs, StallMs);
        _outbox.TryAdd([_one, _two], null, Max, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_slow_connection_gets_nothing_until_it_took_the_batch_before_and_then_the_newest_only()
    {
        Tell(_one, 1m);
        Flush();
        Tell(_one, 2m);
        Tell(_one, 3m);
        Tell(_two, 9m);
        Flush();
        _sent.Count.ShouldBe(1);

        _sent[0].Taken.SetResult();
        await FlushUntilSent(2);

        _sent[0].Prices.ShouldBe([1m]);
        _sent[1].Prices.ShouldBe([3m, 9m], ignoreOrder: true);
    }

    [Fact]
    public void What_has_not_changed_is_not_sent_again()
    {
        Tell(_one, 1m);
        Flush();
        _sent[0].Taken.SetResult();
        Flush();
        Flush();
        _sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_failed_costs_no_more_than_its_batch()
    {
        Tell(_one, 1m);
        Flush();
        _sent[0].Taken.SetException(new IOException("The connection has ended."));
        Tell(_one, 2m);
        await FlushUntilSent(2);
    }

    [Fact]
    public void A_connection_that_takes_nothing_for_too_long_is_ended_once()
    {
        Tell(_one, 1m);
        Flush();
        _nowMs += StallMs - IntervalMs;
        Flush();
        _aborts.ShouldBe(0);
        for (var i = 0; i < 5; i++)
        {
            Flush();
        }

        _aborts.ShouldBe(1);
        _sent.Count.ShouldBe(1);
    }

    [Fact]
    public void Each_symbol_comes_at_its_own_interval()
    {
        _outbox.TryAdd([_one], 20, Max, out _).ShouldBeTrue();
        _outbox.IntervalMs.ShouldBe(20);
        var seen = new List<decimal>();
        var outbox = new QuoteOutbox(batch => { seen.AddRange(Prices(batch)); return ValueTask.CompletedTask; }, () => { }, IntervalMs, StallMs);
        outbox.TryAdd([_one], 20, Max, out _).ShouldBeTrue();
        outbox.TryAdd([_two], null, Max, out _).ShouldBeTrue();
        for (var ms = 0; ms < 200; ms += 20)
        {
            Tell(_one, ms);
            Tell(_two, 1_000 + ms);
            outbox.Flush(ms, []);
        }

        seen.Where(price => price < 1_000).Count().ShouldBe(10);
        seen.Where(price => price >= 1_000).ShouldBe([1_000m, 1_100m]);
        outbox.SetDefaultInterval(5_000);
        outbox.IntervalMs.ShouldBe(20);
        outbox.Remove("ONE").ShouldBeSameAs(_one);
        outbox.IntervalMs.ShouldBe(5_000);
    }

    [Fact]
    public void A_closed_outbox_sends_nothing_and_gives_back_what_it_watched()
    {
        Tell(_one, 1m);
        _outbox.Close().ShouldBe([_one, _two], ignoreOrder: true);
        Flush();
        _outbox.TryAdd([_one], null, Max, out _).ShouldBeFalse();
        _sent.ShouldBeEmpty();
    }

    [Fact]
    public void Too_many_symbols_are_refused_whole_and_a_user_counts_what_its_connections_watch()
    {
        var user = new LiveUser(maxSymbols: 4);
        _outbox.TrySignIn(user).ShouldBeTrue();
        user.Symbols.ShouldBe(2);
        SymbolQuotes[] three = [new("A"), new("B"), new("C")];
        _outbox.TryAdd(three, null, Max, out _).ShouldBeFalse();
        _outbox.TryAdd(three[..2], null, max: 3, out _).ShouldBeFalse();
        _outbox.Count.ShouldBe(2);
        _outbox.TryAdd([three[0], _one], null, max: 3, out var added).ShouldBeTrue();
        added.ShouldBe([three[0]]);
        _outbox.Remove("A");
        user.Symbols.ShouldBe(2);
        _outbox.Close();
        user.Symbols.ShouldBe(0);
    }

    [Fact]
    public void A_quote_is_serialised_once_for_all_who_watch_it()
    {
        Tell(_one, 1m);
        var batches = new List<QuoteFragment>();
        for (var i = 0; i < 2; i++)
        {
            var outbox = new QuoteOutbox(batch => { batches.AddRange(batch); return ValueTask.CompletedTask; }, () => { }, IntervalMs, StallMs);
            outbox.TryAdd([_one], null, Max, out _);
            outbox.Flush(0, []);
        }

        batches[0].Hub.ShouldBeSameAs(batches[1].Hub);
        batches[0].Stream.ShouldBeSameAs(batches[1].Stream);
    }

    private void Flush()
    {
        _outbox.Flush(_nowMs, []);
        _nowMs += IntervalMs;
    }

    private Task FlushUntilSent(int batches) => ApiFixture.Until(() =>
    {
        Flush();
        return Task.FromResult(_sent.Count == batches);
    });

    private static void Tell(SymbolQuotes quotes, decimal price) =>
        quotes.Hear(new Quote(quotes.Symbol, price, null, null, null, null, null, null, 0, 0, 0), now: 1);

    private static decimal[] Prices(IReadOnlyList<QuoteFragment> batch) =>
        [.. batch.Select(quote => JsonDocument.Parse(quote.Hub).RootElement.GetProperty("price").GetDecimal())];
}
