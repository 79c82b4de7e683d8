using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Npgsql;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>A book has it written down when its orders end, for the case that it sleeps then.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    private string _connectionString = "";
    private BourseCluster _bourse = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await TestServer.MakeDatabase();
        _bourse = await BourseCluster.Start(_connectionString);
    }

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Fact]
    public async Task The_time_of_a_good_till_date_order_is_kept()
    {
        var account = await _bourse.OpenAccount();
        var expireAt = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds());

        await account.Place(Until(expireAt));

        await Eventually.Holds(async () => await Due() == expireAt.UtcDateTime, "kept");
    }

    [Fact]
    public async Task A_good_till_date_order_ends_at_its_time_and_leaves_no_deadline()
    {
        var account = await _bourse.OpenAccount();
        OrderView? order = null;

        // One whose time is over before it is placed is refused.
        await Eventually.Holds(async () => (order = (await account.Place(Until(DateTimeOffset.UtcNow.AddSeconds(3)))).Order) is not null, "it is placed in time");

        await Eventually.Holds(async () => (await account.GetOrder(order!.Id))!.Status == OrderStatus.Expired, "it ends at its time");
        await Eventually.Holds(async () => await Due() is null, "there is no deadline any more");
    }

    [Fact]
    public async Task An_order_for_the_day_keeps_the_session_s_end_and_orders_that_do_not_end_keep_nothing()
    {
        var account = await _bourse.OpenAccount();
        await account.Place(_bourse.Limit(Side.Buy, 1, 99m));
        await account.Place(Until(DateTimeOffset.UtcNow.AddDays(300)));
        await Eventually.Holds(async () => await Due() > DateTime.UtcNow.AddDays(200), "the book has looked");

        await account.Place(_bourse.Limit(Side.Buy, 1, 98m, TimeInForce.Day));

        await Eventually.Holds(async () => await Due() < DateTime.UtcNow.AddDays(200), "the session's end comes first");
    }

    private PlaceOrder Until(DateTimeOffset expireAt)
    {
        var terms = _bourse.Limit(Side.Buy, 1, 99m, TimeInForce.Gtd).Terms;
        return new PlaceOrder(terms with { Advanced = new AdvancedTermsView(ExpireAtMs: expireAt.ToUnixTimeMilliseconds()) });
    }

    private async Task<DateTime?> Due()
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand("SELECT due FROM book_deadlines WHERE symbol = 'AAPL'");
        return (DateTime?)await command.ExecuteScalarAsync();
    }
}
