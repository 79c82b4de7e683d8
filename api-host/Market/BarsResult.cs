using System.Text.Json;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Market;

/// <summary>Streams bars as <c>[{t,o,h,l,c,v}]</c> without building the whole text.</summary>
/// <param name="pages">Newest page first, each page oldest bar first, as they were read.</param>
public sealed class BarsResult(IReadOnlyList<IReadOnlyList<Bar>> pages) : IResult
{
    private const int FlushBytes = 16 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.Headers.CacheControl = "no-cache";
        await using var writer = new Utf8JsonWriter(httpContext.Response.BodyWriter);
        writer.WriteStartArray();
        for (var page = pages.Count - 1; page >= 0; page--)
        {
            foreach (var bar in pages[page])
            {
                Write(writer, bar);
                if (writer.BytesPending > FlushBytes)
                {
                    await writer.FlushAsync(httpContext.RequestAborted);
                }
            }
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, in Bar bar)
    {
        writer.WriteStartObject();
        writer.WriteNumber("t"u8, bar.StartMs);
        writer.WriteNumber("o"u8, ExactDecimal.Trim(bar.Open));
        writer.WriteNumber("h"u8, ExactDecimal.Trim(bar.High));
        writer.WriteNumber("l"u8, ExactDecimal.Trim(bar.Low));
        writer.WriteNumber("c"u8, ExactDecimal.Trim(bar.Close));
        writer.WriteNumber("v"u8, ExactDecimal.Trim(bar.Volume));
        writer.WriteEndObject();
    }
}
