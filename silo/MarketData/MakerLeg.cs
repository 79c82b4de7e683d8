using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.Silo.MarketData;

/// <summary>One side of a maker's quote: the order that stands for it, as far as the maker knows.</summary>
internal sealed class MakerLeg(Side side)
{
    /// <summary>Past so many sizes filled on one order a new one is placed, so that its total quantity stays small.</summary>
    private const int MaxSizesFilled = 20;

    private OrderView? _order;
    private OrderTerms? _pending;
    private bool _unsure;

    public Side Side => side;

    /// <summary>Where the leg stands; null when it has no order.</summary>
    public decimal? Price => _order?.LimitPrice;

    /// <summary>Whether the order has to be moved or made anew to stand at a price with about a size.</summary>
    public bool NeedsMove(decimal price, decimal size) =>
        _order is not { } order || _unsure || order.LimitPrice != price || order.Quantity - order.FilledQuantity < size / 2;

    /// <summary>Asks the account how the order stands.</summary>
    public async Task Check(IAccountGrain account)
    {
        if (_order is { } order)
        {
            Take(await account.GetOrder(order.Id));
        }
    }

    /// <summary>Brings the order to a price and size.</summary>
    /// <param name="newId">Gives a client order id never used before.</param>
    /// <returns>Null when it stands there now; else the code of what was in the way.</returns>
    public async Task<string?> Move(IAccountGrain account, string symbol, decimal price, decimal size, Func<string> newId)
    {
        if (_unsure)
        {
            await Check(account);
        }

        if (_order is { } standing && standing.FilledQuantity > size * MaxSizesFilled)
        {
            if (Settle(await account.Cancel(standing.Id)) is { } stillThere)
            {
                return stillThere;
            }
        }

        if (_order is { } order)
        {
            return Settle(await account.Replace(order.Id, new OrderChanges(order.FilledQuantity + size, price, null)));
        }

        // An order whose outcome is not known is asked for again with the very same terms.
        _pending ??= new OrderTerms(
            symbol, side, OrderType.Limit, TimeInForce.Gtc, size, price, null, false, false, SelfTradePrevention.CancelNewest, newId());
        return Settle(await account.Place(new PlaceOrder(_pending)));
    }

    private string? Settle(OrderAnswer answer)
    {
        _unsure = false;
        switch (answer.Kind)
        {
            case AnswerKind.Done or AnswerKind.Repeated:
                _pending = null;
                Take(answer.Order);
                return null;
            case AnswerKind.NotFound:
                _order = null;
                return null;
            case AnswerKind.Unavailable:
                _unsure = _order is not null;
                return answer.Code ?? "unavailable";
            default:
                // Refused: an order that ended meanwhile is found out by the check.
                _pending = null;
                _unsure = _order is not null;
                return answer.Code ?? "refused";
        }
    }

    private void Take(OrderView? order)
    {
        _unsure = false;
        _order = order is { Status: OrderStatus.New or OrderStatus.PartiallyFilled or OrderStatus.PendingNew } ? order : null;
    }
}
