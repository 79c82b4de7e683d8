namespace Bourse.ApiHost.Live.Quotes;

/// <summary>The hub's event <c>price_update</c> as a record of SignalR's JSON protocol, which is the only one that the hub speaks.</summary>
internal static class PriceUpdate
{
    private static ReadOnlySpan<byte> Head => "{\"type\":1,\"target\":\"price_update\",\"arguments\":[["u8;

    private static ReadOnlySpan<byte> Tail => "]]}\u001e"u8;

    public static int LengthOf(IReadOnlyList<QuoteFragment> batch)
    {
        var length = Head.Length + Tail.Length + batch.Count - 1;
        for (var i = 0; i < batch.Count; i++)
        {
            length += batch[i].Hub.Length;
        }

        return length;
    }

    /// <param name="into">Takes <see cref="LengthOf"/> bytes.</param>
    public static void Write(IReadOnlyList<QuoteFragment> batch, Span<byte> into)
    {
        Head.CopyTo(into);
        var at = Head.Length;
        for (var i = 0; i < batch.Count; i++)
        {
            if (i > 0)
            {
                into[at++] = (byte)',';
            }

            batch[i].Hub.CopyTo(into[at..]);
            at += batch[i].Hub.Length;
        }

        Tail.CopyTo(into[at..]);
    }
}
