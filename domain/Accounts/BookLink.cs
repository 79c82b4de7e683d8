using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

/// <summary>What an account keeps about one symbol: its position, its open quantity, and how far it and the book have told each other.</summary>
internal sealed class BookLink(string symbol, int number, AssetBalance units, AssetBalance cash)
{
    // Commands without an answer, in the order of their numbers, bounded by the open orders. There is seldom a second, so the first stands here.
    private PendingCommand? _first;
    private List<PendingCommand>? _more;

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

    public bool HasUnresolved => _first is not null;

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

    /// <summary>The commands without an answer, in the order of their numbers; a new list.</summary>
    public IReadOnlyList<PendingCommand> Unresolved() =>
        _first is not { } first ? [] : _more is null ? [first] : [first, .. _more];

    public void AddUnresolved(PendingCommand command)
    {
        if (_first is null)
        {
            _first = command;
        }
        else
        {
            (_more ??= []).Add(command);
        }
    }

    public void Resolve(Guid orderId, int revision)
    {
        if (_first is { } first && first.OrderId == orderId && first.Revision == revision)
        {
            _first = null;
            if (_more is { Count: > 0 })
            {
                _first = _more[0];
                _more.RemoveAt(0);
            }

            return;
        }

        for (var i = 0; i < _more?.Count; i++)
        {
            if (_more[i].OrderId == orderId && _more[i].Revision == revision)
            {
                _more.RemoveAt(i);
                return;
            }
        }
    }
}
