using System.Text.Json;
using Bourse.ApiHost.Live.Stream;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// A quote, serialised once for all who watch the symbol: for the hub and for the plain stream, each when the first one needs it. Immutable to the outside.
/// </summary>
/// <param name="version">Counts up with each quote that this front end has seen of the symbol.</param>
public sealed class QuoteFragment(long version, Quote quote)
{
    // Two outboxes may both be the first: then both make the same bytes, and one of them is kept.
    private byte[]? hub;
    private byte[]? stream;

    public long Version => version;

    public Quote Quote => quote;

    /// <summary>An element of the hub's <c>price_update</c>, UTF-8.</summary>
    public byte[] Hub => hub ??= JsonSerializer.SerializeToUtf8Bytes(QuoteJson.From(quote), WireFormat.Options);

    /// <summary>A <c>q</c> message of the plain stream, UTF-8.</summary>
    public byte[] Stream => stream ??= StreamMessages.Quote(quote);
}
