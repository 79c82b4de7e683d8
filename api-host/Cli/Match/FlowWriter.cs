using System.Globalization;
using Bourse.Domain.Matching;

namespace Bourse.ApiHost.Cli.Match;

/// <summary>
/// Writes a run's results. Each file is first written whole beside its place and then renamed, so that a reader never sees half of one.
/// </summary>
public static class FlowWriter
{
    /// <summary>One line a trade: <c>seq,ts_ns,taker_id,maker_id,price,qty</c>.</summary>
    public static void WriteTrades(TextWriter writer, FlowFile flow, ReadOnlySpan<FlowTrade> trades)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(flow);
        writer.Write("seq,ts_ns,taker_id,maker_id,price,qty\n");
        for (var i = 0; i < trades.Length; i++)
        {
            var trade = trades[i];
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{i + 1},{flow.TimesNs[trade.Command]},{flow.OrderNames[trade.TakerId]},{flow.OrderNames[trade.MakerId]},"));
            writer.Write($"{Scaled(trade.PriceTicks, flow.Scale.Tick)},{Scaled(trade.QuantityLots, flow.Scale.Lot)}\n");
        }
    }

    /// <summary>One line a price level, bids then asks, best first: <c>side,price,qty,orders</c>.</summary>
    public static void WriteDepth(TextWriter writer, FlowFile flow, OrderBook book, int levels)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(book);
        writer.Write("side,price,qty,orders\n");
        foreach (var (side, letter, orders) in new[] { (Side.Buy, 'B', book.BidCount), (Side.Sell, 'S', book.AskCount) })
        {
            var depth = new PriceLevel[Math.Min(levels, orders)];
            foreach (var level in depth.AsSpan(0, book.CopyDepth(side, depth)))
            {
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{letter},{Scaled(level.PriceTicks, flow.Scale.Tick)},{Scaled(level.QuantityLots, flow.Scale.Lot)},{level.Orders}\n"));
            }
        }
    }

    /// <summary>Runs a writer on a temporary file beside each path, then renames them all. On an error none is renamed and the temporary files are gone.</summary>
    /// <exception cref="IOException">A file cannot be written or renamed.</exception>
    public static void WriteAtomically(params ReadOnlySpan<(string Path, Action<TextWriter> Write)> files)
    {
        var written = new List<(string Temporary, string Path)>();
        try
        {
            foreach (var (path, write) in files)
            {
                if (Directory.Exists(path)) throw new IOException($"{path} is a folder.");
                var temporary = $"{path}.{Environment.ProcessId}.tmp";
                written.Add((temporary, path));
                using var writer = new StreamWriter(temporary);
                write(writer);
            }

            foreach (var (temporary, path) in written) File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            foreach (var (temporary, _) in written) File.Delete(temporary);
        }
    }

    /// <summary>Ticks or lots as a decimal, without zeros at its end: <c>585.7</c>, as the recorded files have it.</summary>
    private static string Scaled(long count, decimal unit)
    {
        var text = (count * unit).ToString(CultureInfo.InvariantCulture);
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }
}
