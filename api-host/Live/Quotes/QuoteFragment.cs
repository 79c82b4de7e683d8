using System.Text.Json;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Quotes;

/// <summary>A quote, serialised once for all who watch the symbol. Immutable.</summary>
/// <param name="Version">Counts up with each quote that this front end has seen of the symbol.</param>
public sealed record QuoteFragment(long Version, long Seq, long TimestampMs, byte[] Json)
{
    public static QuoteFragment From(long version, Quote quote) =>
        new(version, quote.Seq, quote.TimestampMs, JsonSerializer.SerializeToUtf8Bytes(QuoteJson.From(quote), WireFormat.Options));
}
