namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>What must hold after every event, as sentences about what does not; empty when all is well. For tests and verification.</summary>
    public IReadOnlyList<string> CheckInvariants()
    {
        var problems = new List<string>();
        CheckHeld(problems);
        foreach (var balance in _balances.Values)
        {
            var mayBeNegative = _links.ContainsKey(balance.Asset) ? MayShort : MayOverdraw;
            Check(problems, balance.Sum == 0, $"the ledger of {balance.Asset} sums to {balance.Sum}");
            Check(problems, balance.Held >= 0, $"{balance.Held} {balance.Asset} is held");
            Check(problems, mayBeNegative || balance.Free >= 0, $"{balance.Free} {balance.Asset} is free");
            Check(problems, balance.Fees >= 0, $"{balance.Fees} {balance.Asset} of fees are paid");
        }

        CheckPositions(problems);
        Check(problems, CountOpenClientIds() == _orders.Count, "orders are counted twice or lost");
        Check(problems, _clientIds.Count <= _orders.Count + _closed.Count, "client order ids are kept without an order");
        Check(problems, _closed.Count <= ClosedOrdersAtMost, $"{_closed.Count} closed orders are kept");
        return problems;
    }

    private int CountOpenClientIds()
    {
        var count = 0;
        foreach (var use in _clientIds.Values)
        {
            for (var order = use.Open; order is not null; order = order.NextOfHash)
            {
                count++;
            }
        }

        return count;
    }

    private void CheckHeld(List<string> problems)
    {
        var held = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var openBuy = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var openSell = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var order in _orders.Values)
        {
            var required = RequiredReservation(order, order.Replace);
            var asset = order.Reservation == ReservationKind.Cash ? order.Currency : order.Symbol;
            held[asset] = held.GetValueOrDefault(asset) + order.Reserved;
            var open = order.Side == Matching.Side.Buy ? openBuy : openSell;
            open[order.Symbol] = open.GetValueOrDefault(order.Symbol) + (order.IsCarried ? 0 : order.ExposedQuantity);
            Check(problems, order.IsOpen && (order.LeavesQuantity > 0 || (order.Leg is not null && order.LeavesQuantity == 0)), $"order {order.Id} is open with {order.LeavesQuantity} left");
            Check(problems, order.Reserved == required, $"order {order.Id} holds {order.Reserved}, not {required}");
        }

        foreach (var order in _closed.All())
        {
            Check(problems, !order.IsOpen && order.Reserved == 0, $"order {order.Id} is closed and holds {order.Reserved}");
        }

        foreach (var balance in _balances.Values)
        {
            var expected = held.GetValueOrDefault(balance.Asset);
            Check(problems, balance.Held == expected, $"{balance.Held} {balance.Asset} is held, open orders hold {expected}");
        }

        foreach (var link in _links.Values)
        {
            Check(
                problems,
                link.OpenBuy == openBuy.GetValueOrDefault(link.Symbol) && link.OpenSell == openSell.GetValueOrDefault(link.Symbol),
                $"open quantity of {link.Symbol} is miscounted");
        }
    }

    private void CheckPositions(List<string> problems)
    {
        var traded = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var link in _links.Values)
        {
            var position = link.Position;
            Check(problems, position.Quantity == link.Units.Total, $"the position in {link.Symbol} is {position.Quantity}, the ledger says {link.Units.Total}");
            Check(
                problems,
                position.Quantity == 0 ? position.Cost == 0 : position.Quantity > 0 == position.Cost >= 0,
                $"the position of {position.Quantity} {link.Symbol} cost {position.Cost}");
            var currency = link.Cash.Asset;
            traded[currency] = traded.GetValueOrDefault(currency) + position.RealizedProfit - position.Cost;
        }

        foreach (var (currency, cash) in traded)
        {
            var clearing = _balances[currency].Clearing;
            Check(problems, cash == -clearing, $"trades brought {-clearing} {currency}, positions say {cash}");
        }
    }

    private void Check(List<string> problems, bool holds, string problem)
    {
        if (!holds)
        {
            problems.Add($"Account {Id} at version {Version}: {problem}.");
        }
    }
}
