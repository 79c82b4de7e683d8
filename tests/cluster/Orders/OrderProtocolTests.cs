using System.Buffers;
using System.Collections.Concurrent;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Journal;
using Bourse.Silo.Journal;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>While the journal has time, every event is committed at once.</summary>
public sealed class OrdersOfACalmJournalTests() : OrderProtocolTests(new JournalOptions());

/// <summary>While it is busy, what books have reported waits for the account's next commit.</summary>
public sealed class OrdersOfABusyJournalTests() : OrderProtocolTests(new JournalOptions { BusyBatch = 0, BusyInterval = TimeSpan.Zero })
{
    [Fact]
    public async Task What_an_account_was_told_and_had_not_committed_is_there_after_a_kill()
    {
        var maker = await Bourse.OpenAccount(house: true);
        var taker = await Bourse.OpenAccount();
        await maker.Place(Bourse.Limit(Side.Sell, 100, 100m));
        var told = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => taker.Place(Bourse.Limit(Side.Buy, 1, 100m))))).Select(a => a.Order!).ToArray();

        await Bourse.Cluster.StartAdditionalSiloAsync();
        await Bourse.Cluster.KillSiloAsync(Bourse.Cluster.Silos[0]);

        foreach (var order in told)
        {
            var now = (await Read(() => taker.GetOrder(order.Id)))!;
            (now.Status, now.FilledQuantity).ShouldBe((order.Status, order.FilledQuantity));
            now.Seq.ShouldBeGreaterThanOrEqualTo(order.Seq);
        }

        (await taker.GetPortfolio()).Positions.Single().Quantity.ShouldBe(20);
        var updates = (await taker.ReadOrderUpdates(0, 100)).Updates;
        updates.Select(u => u.Seq).ShouldBe(Enumerable.Range(1, 40).Select(i => (long)i));
        updates.Count(u => u.Event == "fill").ShouldBe(20);
    }

    [Fact]
    public async Task What_an_account_has_not_committed_is_committed_though_nobody_asks_it_anything()
    {
        var (_, stream) = await Trade();

        await Eventually.Holds(async () => await Events(stream) == EventsOfTrade, "all events of the trade are durable");
    }

    [Fact]
    public async Task A_commit_that_nobody_waited_for_and_another_activation_forestalled_is_noticed_and_nothing_is_lost()
    {
        // Where the account's acceptance and fill are to stand, this event stands already.
        var bytes = new ArrayBufferWriter<byte>();
        AccountEventCodec.Write(bytes, new CancelAllAfterSet(0, 0));
        var journal = Bourse.Storage.Journal;
        var run = 0L;
        var (taker, stream) = await Trade(async stream =>
        {
            await journal.Append(stream, EventsOfTrade - 1, 1, bytes.WrittenSpan.ToArray());
            run = journal.CommitRunOf(stream);
        });
        await Eventually.Holds(() => journal.CommitRunOf(stream) != run, "the commit of the beat is lost");

        await Should.ThrowAsync<JournalUnavailableException>(taker.GetPortfolio);

        (await taker.GetPortfolio()).Positions.Single().Quantity.ShouldBe(1);
        (await Events(stream)).ShouldBe(EventsOfTrade + 1);
        (await taker.ReadOrderUpdates(0, 10)).Updates.Select(update => (update.Seq, update.Event)).ShouldBe([(1, "new"), (2, "fill")]);
    }

    [Fact]
    public async Task Who_listens_is_told_every_event_once_and_in_order()
    {
        const int Orders = 50;
        var account = await Bourse.OpenAccount();
        var told = new ConcurrentQueue<OrderUpdate>();
        await Bourse.Cluster.GetSiloServiceProvider(Bourse.Cluster.Silos[0].SiloAddress).GetRequiredService<IClusterClient>().GetStreamProvider(Streams.Provider)
            .GetStream<AccountNotice>(StreamId.Create(Streams.Account, account.GetPrimaryKeyString()))
            .SubscribeAsync((notice, _) =>
            {
                foreach (var update in notice.Updates)
                {
                    told.Enqueue(update);
                }

                return Task.CompletedTask;
            });
        await account.Watch();

        var answers = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => account.Place(Bourse.Limit(Side.Buy, 1, 99m))));

        await Eventually.Holds(() => Task.FromResult(told.Count >= Orders), "all are told");
        told.Select(update => update.Seq).ShouldBe(Enumerable.Range(1, Orders).Select(seq => (long)seq));
        told.Select(update => update.Order.Id).ShouldBe(answers.Select(answer => answer.Order!.Id), ignoreOrder: true);
        (await account.ReadOrderUpdates(0, Orders + 1)).Updates.Select(update => update.Seq).ShouldBe(told.Select(update => update.Seq));
    }

    // Opened, deposited, placed, accepted, filled: the last two are not committed at once.
    private const int EventsOfTrade = 5;

    /// <summary>A new account buys one share.</summary>
    /// <param name="before">Is done when the account is open.</param>
    private async Task<(IAccountGrain Taker, string Stream)> Trade(Func<string, Task>? before = null)
    {
        var maker = await Bourse.OpenAccount(house: true);
        var taker = await Bourse.OpenAccount();
        var stream = $"account/{taker.GetPrimaryKeyString()}";
        await maker.Place(Bourse.Limit(Side.Sell, 1, 100m));
        if (before is not null)
        {
            await before(stream);
        }

        (await taker.Place(Bourse.Limit(Side.Buy, 1, 100m))).Order!.Status.ShouldBe(OrderStatus.Filled);
        return (taker, stream);
    }

    private async Task<int> Events(string stream) => (await Bourse.Storage.Journal.Read(stream, 1, 100, CancellationToken.None)).Sum(row => row.Count);

    /// <summary>Asked again until the silo that was killed has been noticed.</summary>
    private static async Task<T> Read<T>(Func<Task<T>> read)
    {
        T result = default!;
        await Eventually.Holds(async () =>
        {
            try
            {
                result = await read();
                return true;
            }
            catch (Exception away) when (away is TimeoutException or Orleans.Runtime.OrleansException)
            {
                return false;
            }
        });
        return result;
    }
}

/// <summary>Where account and book commit apart, an order waits for its account's commit before it goes to the book.</summary>
public sealed class OrdersOfAJournalOfManyLanesTests() : OrderProtocolTests(new JournalOptions { Lanes = 8 });

/// <summary>The way of an order, and every row of the crash table of the design, on a real PostgreSQL.</summary>
public abstract class OrderProtocolTests(JournalOptions journal) : IAsyncLifetime
{
    internal BourseCluster Bourse { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Bourse = await BourseCluster.Start(await TestServer.MakeDatabase(), journal: journal);

    public async Task DisposeAsync() => await Bourse.DisposeAsync();

    [Fact]
    public async Task An_order_is_matched_settled_on_both_sides_and_told()
    {
        var maker = await Bourse.OpenAccount(house: true);
        var taker = await Bourse.OpenAccount();
        await maker.Place(Bourse.Limit(Side.Sell, 100, 100.10m));

        var answer = await taker.Place(Bourse.Limit(Side.Buy, 40, 100.20m));

        answer.Kind.ShouldBe(AnswerKind.Done);
        answer.Order!.Status.ShouldBe(OrderStatus.Filled);
        answer.Order.FilledAveragePrice.ShouldBe(100.10m);
        var portfolio = await taker.GetPortfolio();
        portfolio.Cash.ShouldBe(100_000m - (40 * 100.10m) - (40 * 100.10m * 0.001m));
        portfolio.Held.ShouldBe(0);
        portfolio.Positions.Single().Quantity.ShouldBe(40);
        await Eventually.Holds(async () => (await maker.GetPortfolio()).Positions is [{ Quantity: -40 }]);
        var updates = await taker.ReadOrderUpdates(0, 10);
        updates.Updates.Select(u => u.Event).ShouldBe(["new", "fill"]);
        updates.Updates.Select(u => u.Seq).ShouldBe([1L, 2L]);
    }

    [Fact]
    public async Task The_same_client_order_id_is_the_same_order_and_other_content_a_conflict()
    {
        var account = await Bourse.OpenAccount();
        var order = Bourse.Limit(Side.Buy, 1, 99m, clientOrderId: "mine");

        var answers = await Task.WhenAll(account.Place(order), account.Place(order), account.Place(order));
        var other = await account.Place(Bourse.Limit(Side.Buy, 2, 99m, clientOrderId: "mine"));

        answers.Select(a => a.Order!.Id).Distinct().Count().ShouldBe(1);
        answers.Count(a => a.Kind == AnswerKind.Done).ShouldBe(1);
        other.Kind.ShouldBe(AnswerKind.Conflict);
        (await account.GetOpenOrders()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_order_changes_nothing()
    {
        var account = await Bourse.OpenAccount();
        var before = await account.GetPortfolio();

        var answer = await account.Place(Bourse.Limit(Side.Buy, 1_000_000, 100m));

        answer.Kind.ShouldBe(AnswerKind.Refused);
        answer.Code.ShouldBe("max_notional");
        (await account.GetPortfolio()).ShouldBeEquivalentTo(before);
        (await account.ReadOrderUpdates(0, 10)).LastSeq.ShouldBe(0);
    }

    [Fact]
    public async Task Cancel_gives_the_reservation_back_and_a_second_one_is_refused()
    {
        var account = await Bourse.OpenAccount();
        var placed = await account.Place(Bourse.Limit(Side.Buy, 10, 99m));
        (await account.GetPortfolio()).Held.ShouldBeGreaterThan(0);

        var canceled = await account.Cancel(placed.Order!.Id);
        var again = await account.Cancel(placed.Order.Id);

        canceled.Order!.Status.ShouldBe(OrderStatus.Canceled);
        again.Code.ShouldBe("not_open");
        (await account.GetPortfolio()).Held.ShouldBe(0);
        (await account.Cancel(Guid.NewGuid())).Kind.ShouldBe(AnswerKind.NotFound);
    }

    [Fact]
    public async Task Replace_moves_the_price_and_the_reservation()
    {
        var account = await Bourse.OpenAccount();
        var placed = await account.Place(Bourse.Limit(Side.Buy, 10, 99m));

        var replaced = await account.Replace(placed.Order!.Id, new OrderChanges(20, 98m, null));

        replaced.Kind.ShouldBe(AnswerKind.Done);
        replaced.Order!.Quantity.ShouldBe(20);
        replaced.Order.LimitPrice.ShouldBe(98m);
        (await account.GetPortfolio()).Held.ShouldBe(20 * 98m * 1.001m);
        var depth = await Bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol).GetDepth(5);
        depth.Bids.Single().ShouldBe(new DepthLevel(98m, 20m, 1));
    }

    [Fact]
    public async Task A_book_that_never_had_the_order_gets_it_again()
    {
        var account = await Bourse.OpenAccount();
        Bourse.Faults.FailBefore(nameof(IBookGrain.Submit));

        var answer = await account.Place(Bourse.Limit(Side.Buy, 10, 99m, clientOrderId: "lost"));

        answer.Kind.ShouldBe(AnswerKind.Unavailable);
        await Eventually.Holds(async () => (await account.GetOrderByClientOrderId("lost"))?.Status == OrderStatus.New);
        (await account.Place(Bourse.Limit(Side.Buy, 10, 99m, clientOrderId: "lost"))).Kind.ShouldBe(AnswerKind.Repeated);
        Bourse.Faults.AreSpent.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lost_answer_of_the_book_is_given_again_and_nothing_trades_twice()
    {
        var maker = await Bourse.OpenAccount(house: true);
        var taker = await Bourse.OpenAccount();
        await maker.Place(Bourse.Limit(Side.Sell, 100, 100m));
        Bourse.Faults.FailAfter(nameof(IBookGrain.Submit));

        await taker.Place(Bourse.Limit(Side.Buy, 10, 100m, clientOrderId: "once"));

        await Eventually.Holds(async () => (await taker.GetOrderByClientOrderId("once"))?.Status == OrderStatus.Filled);
        await Eventually.Holds(async () => (await maker.GetPortfolio()).Positions is [{ Quantity: -10 }]);
        (await taker.GetPortfolio()).Positions.Single().Quantity.ShouldBe(10);
    }

    [Fact]
    public async Task An_account_that_goes_on_ordering_gets_past_a_book_that_was_away()
    {
        var account = await Bourse.OpenAccount();
        Bourse.Faults.FailBefore(nameof(IBookGrain.Submit), 3);

        await Eventually.Holds(async () => (await account.Place(Bourse.Limit(Side.Buy, 1, 99m))).Kind == AnswerKind.Done);

        (await account.GetOpenOrders()).ShouldAllBe(order => order.Status == OrderStatus.New);
    }

    [Fact]
    public async Task Orders_behind_a_lost_one_reach_the_book_after_it_in_order()
    {
        var account = await Bourse.OpenAccount();
        Bourse.Faults.FailBefore(nameof(IBookGrain.Submit));
        var orders = Enumerable.Range(1, 20).Select(i => Bourse.Limit(Side.Buy, i, 99m, clientOrderId: $"q{i}")).ToArray();

        await Task.WhenAll(orders.Select(account.Place));

        await Eventually.Holds(async () => (await account.GetOpenOrders()).All(o => o.Status == OrderStatus.New));
        (await account.GetOpenOrders()).Count.ShouldBe(20);
        var depth = await Bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol).GetDepth(1);
        depth.Bids.Single().ShouldBe(new DepthLevel(99m, Enumerable.Range(1, 20).Sum(), 20));
    }

    [Fact]
    public async Task A_counterparty_that_missed_its_fill_gets_it_again_once()
    {
        var maker = await Bourse.OpenAccount(house: true);
        var taker = await Bourse.OpenAccount();
        await maker.Place(Bourse.Limit(Side.Sell, 100, 100m));
        Bourse.Faults.FailAfter(nameof(IAccountGrain.ApplyReports));

        await taker.Place(Bourse.Limit(Side.Buy, 10, 100m));
        await taker.Place(Bourse.Limit(Side.Buy, 5, 100m));

        await Eventually.Holds(async () => (await maker.GetPortfolio()).Positions is [{ Quantity: -15 }]);
        (await maker.ReadOrderUpdates(0, 100)).Updates.Count(u => u.Fill is not null).ShouldBe(2);
    }

    [Fact]
    public async Task After_a_kill_of_the_silo_everything_acknowledged_is_there_and_the_channel_goes_on()
    {
        var maker = await Bourse.OpenAccount(house: true);
        var taker = await Bourse.OpenAccount();
        await maker.Place(Bourse.Limit(Side.Sell, 100, 100m));
        var open = await taker.Place(Bourse.Limit(Side.Buy, 7, 99m));
        var filled = await taker.Place(Bourse.Limit(Side.Buy, 10, 100m));
        var before = await taker.ReadOrderUpdates(0, 100);

        await Bourse.Cluster.StartAdditionalSiloAsync();
        await Bourse.Cluster.KillSiloAsync(Bourse.Cluster.Silos[0]);

        await Eventually.Holds(async () => await IsNew(taker, open.Order!.Id));
        (await taker.GetOrder(filled.Order!.Id))!.Status.ShouldBe(OrderStatus.Filled);
        var after = await taker.ReadOrderUpdates(0, 100);
        after.Updates.Select(u => (u.Seq, u.Event, u.Order.Id)).ShouldBe(before.Updates.Select(u => (u.Seq, u.Event, u.Order.Id)));
        (await taker.Cancel(open.Order!.Id)).Order!.Status.ShouldBe(OrderStatus.Canceled);
        (await taker.ReadOrderUpdates(before.LastSeq, 100)).Updates.Select(u => u.Event).ShouldBe(["canceled"]);
        var depth = await Bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol).GetDepth(5);
        depth.Bids.ShouldBeEmpty();
        depth.Asks.Single().Quantity.ShouldBe(90);
    }

    /// <summary>The answer once there is one: until the others know that a silo is gone, calls to it fail.</summary>
    private static async Task<bool> IsNew(IAccountGrain account, Guid order)
    {
        try
        {
            return (await account.GetOrder(order))?.Status == OrderStatus.New;
        }
        catch (Exception away) when (away is TimeoutException or Orleans.Runtime.OrleansException)
        {
            return false;
        }
    }
}
