using Bourse.Domain.Matching;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.Silo.ReadModel.Verification;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>Two clusters that know nothing of each other on one database: every grain that both use has two activations.</summary>
public sealed class TwoWritersTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Orders = 60;

    [Fact]
    public async Task Of_two_activations_of_an_account_the_journal_lets_one_write_and_nobody_is_told_anything_wrong()
    {
        await using var first = await BourseCluster.Start(postgres.ConnectionString);
        var account = await first.OpenAccount();
        var id = account.GetPrimaryKeyString();
        await using var second = await BourseCluster.Start(postgres.ConnectionString);
        var told = new Dictionary<string, OrderView>();
        for (var i = 0; i < Orders; i++)
        {
            var cluster = i % 3 == 0 ? second : first;
            var order = first.Limit(Side.Buy, 1, 90m + (0.01m * i), clientOrderId: $"two-{i}");
            told[order.Terms.ClientOrderId] = await Place(cluster.Grains.GetGrain<IAccountGrain>(id), order);
        }

        told.Values.Select(order => order.Id).ShouldBeUnique();
        foreach (var cluster in new[] { first, second })
        {
            var open = await Read(() => cluster.Grains.GetGrain<IAccountGrain>(id).GetOpenOrders());

            // What an activation tells may be old, never wrong: only orders that were told, as they were told.
            open.ShouldAllBe(order => told[order.ClientOrderId].Id == order.Id);
        }

        var result = await Verifier.Run(postgres.ConnectionString, null, CancellationToken.None);
        result.Errors.ShouldBeEmpty();
        foreach (var (clientOrderId, order) in told)
        {
            (await Read(() => first.Grains.GetGrain<IAccountGrain>(id).GetOrderByClientOrderId(clientOrderId)))?.Id.ShouldBe(order.Id);
        }
    }

    [Fact]
    public async Task An_order_that_its_account_could_not_commit_is_in_no_book()
    {
        const string Here = "HERE";
        const string Elsewhere = "ELSEWHERE";
        await using var first = await BourseCluster.Start(postgres.ConnectionString);
        await first.AddInstrument(Here, 100m);
        await first.AddInstrument(Elsewhere, 100m);
        var account = await first.OpenAccount();
        var id = account.GetPrimaryKeyString();
        await using var second = await BourseCluster.Start(postgres.ConnectionString);
        var told = new List<OrderView>();
        for (var i = 0; i < Orders / 3; i++)
        {
            // Another activation of the account, and another book: the first cluster's book alone would not notice.
            told.Add(await Place(second.Grains.GetGrain<IAccountGrain>(id), second.Limit(Side.Buy, 1, 90m, clientOrderId: $"elsewhere-{i}", symbol: Elsewhere)));
            told.Add(await Place(account, first.Limit(Side.Buy, 1, 90m, clientOrderId: $"here-{i}", symbol: Here)));
        }

        (await Verifier.Run(postgres.ConnectionString, null, CancellationToken.None)).Errors.ShouldBeEmpty();
        var depth = await Read(() => first.Grains.GetGrain<IBookGrain>(Here).GetDepth(1_000));
        depth.Bids.Sum(level => level.Orders).ShouldBe(Orders / 3);
        told.Select(order => order.Id).ShouldBeUnique();
    }

    /// <summary>Sends it until the outcome is known, as a front end's client does.</summary>
    private static async Task<OrderView> Place(IAccountGrain account, PlaceOrder order)
    {
        OrderView? told = null;
        await Eventually.Holds(async () => (told = await TryPlace(account, order)) is not null, $"{order.Terms.ClientOrderId} has an answer");
        return told!;
    }

    private static async Task<OrderView?> TryPlace(IAccountGrain account, PlaceOrder order)
    {
        try
        {
            var answer = await account.Place(order);
            answer.Kind.ShouldBeOneOf(AnswerKind.Done, AnswerKind.Repeated, AnswerKind.Unavailable);
            return answer.Kind != AnswerKind.Unavailable && answer.Order is { Status: not Domain.Accounts.OrderStatus.PendingNew } placed ? placed : null;
        }
        catch (Exception unknown) when (unknown is OutcomeUnknownException or TimeoutException or Orleans.Runtime.OrleansException)
        {
            return null; // the other activation wrote first: this one has gone, and the next one knows more
        }
    }

    private static async Task<T> Read<T>(Func<Task<T>> read)
    {
        while (true)
        {
            try
            {
                return await read();
            }
            catch (OutcomeUnknownException)
            {
                await Task.Delay(10);
            }
        }
    }
}
