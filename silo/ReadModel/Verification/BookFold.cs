using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Replays one book's journal through the matching engine.</summary>
internal sealed class BookFold(
    string symbol, VerifyReport report, Dictionary<(string Account, string Symbol), Pair> pairs, Dictionary<string, decimal> missingClearing)
    : SymbolFold(symbol, report, pairs, missingClearing)
{
    private readonly TradingBook _book = new(symbol);

    protected override IReadOnlyList<BookAccount> Accounts => _book.Accounts;

    protected override IReadOnlyList<BookAccount> Touched => _book.Touched;

    public override Task CompareSnapshot(KeptSnapshots snapshots, string stream, CancellationToken cancellation) =>
        snapshots.Compare(stream, _book, cancellation);

    protected override void Fold(in TailRow row)
    {
        var reader = new WireReader(row.Payload);
        for (var i = 0; i < row.Count; i++)
        {
            Compare(BookJournal.Read(ref reader));
        }

        _book.Replay(row.Payload, row.Count);
    }

    private void Compare(BookEntry entry)
    {
        switch (entry.Kind)
        {
            case BookEntryKind.Submit:
                CompareCommand(entry.Submit.Account, entry.Submit.CommandNumber, entry.Submit.OrderId, 0);
                break;
            case BookEntryKind.Replace:
                CompareCommand(entry.Replace.Account, entry.Replace.CommandNumber, entry.Replace.OrderId, entry.Replace.Revision);
                break;
            case BookEntryKind.Refuse:
                CompareCommand(entry.Refuse.Account, entry.Refuse.CommandNumber, entry.Refuse.OrderId, entry.Refuse.Revision);
                break;
        }

        foreach (var trade in entry.Trades ?? [])
        {
            NoteTrade(trade);
            CompareFill(trade.TakerAccount, trade, isMaker: false, trade.TakerOrderId, trade.Side, trade.TakerFee);
            CompareFill(trade.MakerAccount, trade, isMaker: true, trade.MakerOrderId, trade.Side.Opposite(), trade.MakerFee);
        }
    }
}
