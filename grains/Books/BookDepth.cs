using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Books;

namespace Bourse.Grains.Books;

/// <summary>Renders a book's price levels in the instrument's units.</summary>
internal static class BookDepth
{
    public static DepthView View(TradingBook book, int levels) => new(
        book.Symbol, book.Version, Levels(book, Side.Buy, levels), Levels(book, Side.Sell, levels));

    private static DepthLevel[] Levels(TradingBook book, Side side, int levels)
    {
        var found = new PriceLevel[levels];
        var count = book.Book.CopyDepth(side, found);
        var view = new DepthLevel[count];
        for (var i = 0; i < count; i++)
        {
            view[i] = new DepthLevel(
                found[i].PriceTicks * book.Terms.TickSize, found[i].QuantityLots * book.Terms.LotSize, found[i].Orders);
        }

        return view;
    }
}
