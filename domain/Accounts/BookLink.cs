using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

/// <summary>What an account keeps about one symbol: its position, its open quantity, and how far it and the book have told each other.</summary>
internal sealed class BookLink(string symbol, int number, AssetBalance units, AssetBalance cash)
{
    public string Symbol { get; } = symbol;

    /// <summary>How many symbols the account had before.</summary>
    public int Number { get; } = number;

    /// <summary>The position's units in the ledger.</summary>
    public AssetBalance Units { get; } = units;

    /// <summary>The instrument's currency in the ledger.</summary>
    public AssetBalance Cash { get; } = cash;

    public Position Position { get; set; }

    public long LastReport { get; set; }

    public long LastCommand { get; set; }

    /// <summary>Open quantity that may still be bought, reduce-only orders included.</summary>
    public decimal OpenBuy { get; private set; }

    public decimal OpenSell { get; private set; }

    /// <summary>Open quantity of reduce-only orders.</summary>
    public decimal ReduceBuy { get; private set; }

    public decimal ReduceSell { get; private set; }

    /// <summary>Commands without an answer, in the order of their numbers. Bounded by the open orders.</summary>
    public List<PendingCommand> Unresolved { get; } = [];

    public void AddExposure(Order order, decimal quantity)
    {
        if (order.IsCarried)
        {
            return;
        }

        if (order.Side == Side.Buy)
        {
            OpenBuy += quantity;
            ReduceBuy += order.ReduceOnly ? quantity : 0;
        }
        else
        {
            OpenSell += quantity;
            ReduceSell += order.ReduceOnly ? quantity : 0;
        }
    }

    public void Resolve(Guid orderId, int revision)
    {
        for (var i = 0; i < Unresolved.Count; i++)
        {
            if (Unresolved[i].OrderId == orderId && Unresolved[i].Revision == revision)
            {
                Unresolved.RemoveAt(i);
                return;
            }
        }
    }
}
