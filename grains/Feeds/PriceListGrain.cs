using Bourse.GrainInterfaces.Feeds;
using Orleans.Concurrency;

namespace Bourse.Grains.Feeds;

/// <summary>See <see cref="IPriceListGrain"/>.</summary>
[StatelessWorker]
public sealed class PriceListGrain(ICandleStore store) : Grain, IPriceListGrain
{
    private const int MaxPage = 5_000;

    public async Task<PriceListPage> GetBelow(decimal bound, string after, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaxPage);
        var marks = await store.LoadMarksBelow(bound, after, max, CancellationToken.None);
        var quotes = new List<Quote>(marks.Count);
        foreach (var mark in marks)
        {
            var state = new FeedState(mark.Symbol);
            state.Restore(mark);
            if (state.Reference < bound)
            {
                quotes.Add(state.ToQuote());
            }
        }

        return new PriceListPage(quotes, marks.Count == max ? marks[^1].Symbol : null);
    }
}
