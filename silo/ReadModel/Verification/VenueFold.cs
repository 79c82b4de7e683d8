using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>
/// Folds the journal of a symbol that trades at an outside venue. The other side of its trades is the venue's, whose books are not here: what it owes or is owed stays
/// in clearing, and comes to exactly what the journal says was executed there.
/// </summary>
internal sealed class VenueFold(
    string symbol, VerifyReport report, Dictionary<(string Account, string Symbol), Pair> pairs, Dictionary<string, decimal> missingClearing)
    : SymbolFold(symbol, report, pairs, missingClearing)
{
    private readonly VenueOrders _orders = new(symbol);

    protected override IReadOnlyList<BookAccount> Accounts => _orders.Accounts;

    protected override IReadOnlyList<BookAccount> Touched => _orders.Accounts;

    public override Task CompareSnapshot(KeptSnapshots snapshots, string stream, CancellationToken cancellation) =>
        snapshots.Compare(stream, _orders, cancellation);

    protected override void Fold(in TailRow row)
    {
        var reader = new WireReader(row.Payload);
        for (var i = 0; i < row.Count; i++)
        {
            var e = VenueEventCodec.Read(ref reader);
            Compare(e);
            _orders.Apply(e);
        }
    }

    private void Compare(VenueEvent e)
    {
        switch (e)
        {
            case VenueOrderTaken { Order: var order }:
                CompareCommand(order.Account, order.CommandNumber, order.OrderId, 0);
                break;
            case VenueReplaceTaken { Replace: var replace }:
                CompareCommand(replace.Account, replace.CommandNumber, replace.OrderId, replace.Revision);
                break;
            case VenueCommandRefused { Refuse: var refuse }:
                CompareCommand(refuse.Account, refuse.CommandNumber, refuse.OrderId, refuse.Revision);
                break;
            case VenueOrderFilled fill:
                var trade = fill.ToTrade();
                NoteTrade(trade);
                CompareFill(fill.Account, trade, fill.IsMaker, fill.OrderId, fill.Side, fill.Fee);
                if (CurrencyOf(fill.Account) is { } currency)
                {
                    Miss(fill.Side.Opposite(), currency, trade);
                }

                break;
        }
    }
}
