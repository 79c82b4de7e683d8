using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

/// <summary>A fresh book a test, checked inside after each command and at the end.</summary>
public abstract class BookFixture : IDisposable
{
    protected OrderBook Book { get; } = new(new OrderBookOptions { InitialOrders = 1, TrackDepthChanges = true });

    public void Dispose()
    {
        Book.ValidateInternalState();
        GC.SuppressFinalize(this);
    }

    protected string[] Submit(in NewOrder order) => Checked(Book.Submit(order));

    protected string[] Submit(in NewOrder order, in SpecialTerms terms) => Checked(Book.Submit(order, terms));

    protected string[] Cancel(long id) => Checked(Book.Cancel(id));

    protected string[] Decrease(long id, long by) => Checked(Book.Decrease(id, by));

    protected string[] Replace(long id, long price = 0, long quantity = 0, long stopPrice = 0) => Checked(Book.Replace(id, price, quantity, stopPrice));

    protected string[] ExpireDay() => Checked(Book.ExpireDay());

    protected string[] Checked(ReadOnlySpan<BookEvent> events)
    {
        var told = events.Told();
        Book.ValidateInternalState();
        return told;
    }
}
