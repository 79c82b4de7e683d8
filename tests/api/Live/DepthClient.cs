using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Bourse.Tests.Api.Live;

/// <summary>A client that keeps a book as <c>api-host/Live/Depth/README.md</c> says. Throws when a book would be wrong; a gap it only tells.</summary>
internal sealed class DepthClient
{
    private readonly SortedDictionary<decimal, decimal> _bids = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<decimal, decimal> _asks = [];

    public long? Seq { get; private set; }

    public int Snapshots { get; private set; }

    public int Differences { get; private set; }

    public IReadOnlyList<(decimal Price, decimal Quantity)> Bids => [.. _bids.Select(l => (l.Key, l.Value))];

    public IReadOnlyList<(decimal Price, decimal Quantity)> Asks => [.. _asks.Select(l => (l.Key, l.Value))];

    /// <summary>False when differences are missing before this one.</summary>
    public bool Take(JsonElement update)
    {
        if (update.TryGetProperty("snapshot", out _))
        {
            _bids.Clear();
            _asks.Clear();
            Snapshots++;
            Seq = update.GetProperty("seq").GetInt64();
        }
        else
        {
            var (first, last) = (update.GetProperty("first_seq").GetInt64(), update.GetProperty("last_seq").GetInt64());
            last.ShouldBeGreaterThanOrEqualTo(first);
            if (Seq is not { } at || last <= at)
            {
                return true;
            }

            if (first > at + 1)
            {
                Seq = null;
                return false;
            }

            Differences++;
            Seq = last;
        }

        Put(_bids, update.GetProperty("bids"));
        Put(_asks, update.GetProperty("asks"));
        Checksum().ShouldBe(update.GetProperty("checksum").GetUInt32());
        return true;
    }

    private uint Checksum()
    {
        var text = string.Concat(_bids.Concat(_asks).Select(l => $"{Plain(l.Key)}:{Plain(l.Value)}|"));
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(GZipTrailer(text));
    }

    /// <summary>The CRC-32 that the framework writes at the end of a gzip file: another implementation than the one tested.</summary>
    private static byte[] GZipTrailer(string text)
    {
        using var file = new MemoryStream();
        using (var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(Encoding.ASCII.GetBytes(text));
            zip.Flush();
        }

        var bytes = file.ToArray();
        return bytes.Length == 0 ? new byte[4] : bytes[^8..^4];
    }

    private static string Plain(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    private static void Put(SortedDictionary<decimal, decimal> side, JsonElement rows)
    {
        foreach (var row in rows.EnumerateArray())
        {
            var (price, quantity) = (row[0].GetDecimal(), row[1].GetDecimal());
            if (quantity == 0)
            {
                side.Remove(price);
            }
            else
            {
                side[price] = quantity;
            }
        }
    }
}
