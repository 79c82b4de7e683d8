using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Risk;

namespace Bourse.GrainInterfaces.Accounts;

/// <summary>
/// One trading account: its orders, cash and positions. The key is the account's id. Every answer is given after what
/// it tells is durable.
/// </summary>
[Alias("bourse.account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Opens the account with its first deposit; idempotent.</summary>
    [Alias("open")]
    Task Open(OpenAccount command);

    /// <summary>Adds cash from outside. The same reference is taken once.</summary>
    [Alias("deposit")]
    Task<PortfolioView> Deposit(string asset, decimal amount, string reference);

    /// <summary>Checks, reserves, journals, submits to the book, and answers with the order as it stands after matching.</summary>
    [Alias("place")]
    Task<OrderAnswer> Place(PlaceOrder command);

    [Alias("replace")]
    Task<OrderAnswer> Replace(Guid orderId, OrderChanges changes);

    [Alias("cancel")]
    Task<OrderAnswer> Cancel(Guid orderId);

    /// <summary>Cancels every open order, of one symbol when given; one answer an order.</summary>
    [Alias("cancel-all")]
    Task<IReadOnlyList<OrderAnswer>> CancelAll(string? symbol);

    /// <summary>
    /// A dead man's switch: cancels every open order after so many seconds (1 to 86,400) unless it is set anew before; 0 turns it off. It holds through
    /// restarts. Answers when it cancels; null when it is off.
    /// </summary>
    [Alias("cancel-all-after")]
    Task<DateTimeOffset?> CancelAllAfter(int seconds);

    /// <summary>Decides on an order as <see cref="Place"/> would, and changes nothing.</summary>
    [Alias("preview")]
    Task<OrderPreview> Preview(PlaceOrder command);

    /// <summary>An order that is open or was closed lately; null when only the read model can know it.</summary>
    [Alias("get-order")]
    Task<OrderView?> GetOrder(Guid orderId);

    [Alias("get-order-by-client-id")]
    Task<OrderView?> GetOrderByClientOrderId(string clientOrderId);

    /// <summary>Open orders, oldest first.</summary>
    [Alias("get-open-orders")]
    Task<IReadOnlyList<OrderView>> GetOpenOrders();

    [Alias("get-portfolio")]
    Task<PortfolioView> GetPortfolio();

    /// <summary>Order events after a number, at most <paramref name="max"/> (1 to 1,000).</summary>
    [Alias("read-updates")]
    Task<OrderUpdates> ReadOrderUpdates(long afterSeq, int max);

    /// <summary>
    /// Says that a front end listens: for the next 60 s the account publishes to its stream. Answers the newest number.
    /// </summary>
    [Alias("watch")]
    Task<OrderUpdates> Watch();

    /// <summary>Takes new limits from their owner, and looks at the account by them at once.</summary>
    [Alias("take-limits")]
    Task TakeLimits(LimitsView limits);

    /// <summary>Takes reports from a book.</summary>
    [Alias("apply-reports")]
    Task<ReportsTaken> ApplyReports(string symbol, IReadOnlyList<Report> reports);

    /// <summary>Wakes the account so that it finishes orders that are still without their book's answer.</summary>
    [Alias("resolve")]
    Task Resolve();
}
