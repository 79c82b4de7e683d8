using Bourse.GrainInterfaces.Venues;

namespace Bourse.GrainInterfaces.Books;

/// <summary>The order book of one symbol; the key is the symbol. It never calls an account inside a command's turn.</summary>
[Alias("bourse.book")]
public interface IBookGrain : IExecutionVenue
{
    /// <summary>At most <paramref name="levels"/> (1 to 1,000) price levels a side.</summary>
    [Alias("get-depth")]
    Task<DepthView> GetDepth(int levels);

    /// <summary>
    /// Depth as <see cref="GetDepth"/> gives it, and each change of it on the stream <c>depth/{symbol}</c> for the next 15 s at least: ask again in
    /// that time. While nobody asks, nothing is published.
    /// </summary>
    [Alias("watch-depth")]
    Task<DepthWindow> WatchDepth(int levels);

    /// <summary>Whether the symbol is halted, and what its auction would give now.</summary>
    [Alias("get-auction")]
    Task<AuctionView> GetAuction();

    /// <summary>Halts the symbol, or gives a halt another reason and end.</summary>
    [Alias("halt")]
    Task<AuctionView> Halt(HaltSymbol command);

    /// <summary>Ends a halt by an auction; harmless without one. Answers how the symbol stands then.</summary>
    [Alias("reopen")]
    Task<AuctionView> Reopen();
}
