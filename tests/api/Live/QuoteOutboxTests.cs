using System.Text.Json;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Tests.Api.Live;

public sealed class QuoteOutboxTests
{
    private readonly List<(RawJsonArray Batch, TaskCompletionSource Taken)> _sent = [];
    private readonly SymbolQuotes _one = new("ONE");
    private readonly SymbolQuotes _two = new("TWO");
    private readonly QuoteOutbox _outbox;

    public QuoteOutboxTests()
    {
        _outbox = new QuoteOutbox(
            batch =>
            {
                _sent.Add((batch, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
                return _sent[^1].Taken.Task;
            },
            100);
        _outbox.Add(_one);
        _outbox.Add(_two);
    }

    [Fact]
    public async Task A_slow_connection_gets_nothing_until_it_took_the_batch_before_and_then_the_newest_only()
    {
        Tell(_one, 1m);
        _outbox.Flush();
        Tell(_one, 2m);
        Tell(_one, 3m);
        Tell(_two, 9m);
        _outbox.Flush();
        _sent.Count.ShouldBe(1);

        _sent[0].Taken.SetResult();
        await ApiFixture.Until(() =>
        {
            _outbox.Flush();
            return Task.FromResult(_sent.Count == 2);
        });

        Prices(_sent[0].Batch).ShouldBe([1m]);
        Prices(_sent[1].Batch).ShouldBe([3m, 9m], ignoreOrder: true);
    }

    [Fact]
    public void What_has_not_changed_is_not_sent_again()
    {
        Tell(_one, 1m);
        _outbox.Flush();
        _sent[0].Taken.SetResult();
        _outbox.Flush();
        _outbox.Flush();
        _sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_failed_costs_no_more_than_its_batch()
    {
        Tell(_one, 1m);
        _outbox.Flush();
        _sent[0].Taken.SetException(new IOException("The connection has ended."));
        Tell(_one, 2m);
        await ApiFixture.Until(() =>
        {
            _outbox.Flush();
            return Task.FromResult(_sent.Count == 2);
        });
    }

    [Fact]
    public void A_closed_outbox_sends_nothing_and_gives_back_what_it_watched()
    {
        Tell(_one, 1m);
        _outbox.Close().ShouldBe([_one, _two], ignoreOrder: true);
        _outbox.Flush();
        _outbox.Add(_one).ShouldBeFalse();
        _sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_quote_is_serialised_once_for_all_who_watch_it()
    {
        Tell(_one, 1m);
        var batches = new List<RawJsonArray>();
        foreach (var outbox in Enumerable.Range(0, 2).Select(_ => new QuoteOutbox(batch => { batches.Add(batch); return Task.CompletedTask; }, 100)))
        {
            outbox.Add(_one);
            outbox.Flush();
        }

        batches[0].Elements[0].ShouldBeSameAs(batches[1].Elements[0]);
    }

    private static void Tell(SymbolQuotes quotes, decimal price) =>
        quotes.Hear(new Quote(quotes.Symbol, price, null, null, null, null, null, null, 0, 0, 0), now: 1);

    private static IReadOnlyList<decimal> Prices(RawJsonArray batch) =>
        [.. JsonDocument.Parse(JsonSerializer.Serialize(batch, WireFormat.Options)).RootElement.EnumerateArray().Select(q => q.GetProperty("price").GetDecimal())];
}
