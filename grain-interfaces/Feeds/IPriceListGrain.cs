namespace Bourse.GrainInterfaces.Feeds;

/// <summary>Prices of many symbols at once, without waking their feeds; any key.</summary>
[Alias("bourse.price-list")]
public interface IPriceListGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Quotes with a <see cref="Quote.Reference"/> below a bound, by symbol; some seconds old at most. Goes through at most <paramref name="max"/> symbols (1 to 5,000)
    /// after <paramref name="after"/> (empty = from the first).
    /// </summary>
    [Alias("get-below")]
    Task<PriceListPage> GetBelow(decimal bound, string after, int max);
}

/// <param name="Next">Where the next page begins; null after the last.</param>
[GenerateSerializer, Immutable, Alias("bourse.price-list-page")]
public sealed record PriceListPage(IReadOnlyList<Quote> Quotes, string? Next);
