using System.Globalization;
using Bourse.Domain.Candles;

namespace Bourse.Tests.Unit.Candles;

public sealed class RecordedCandleTests
{
    [SharedDataFact]
    public void Every_second_and_minute_of_recorded_quotes_is_exact()
    {
        var files = Directory.GetFiles(Path.Combine(SharedData.Folder!, "ticks"), "*_ticks.csv");
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            var bars = BarsOf(file);
            foreach (var (length, suffix) in new[] { (CandleLength.Second, "_1s.csv"), (CandleLength.Minute, "_1m.csv") })
            {
                var expected = File.ReadAllLines(file.Replace("_ticks.csv", suffix)).Skip(1).ToArray();
                var bids = bars.Where(b => b.Length == length && b.Price == CandlePrice.Bid).Select(b => b.Bar).ToArray();
                var asks = bars.Where(b => b.Length == length && b.Price == CandlePrice.Ask).Select(b => b.Bar).ToArray();
                bids.Length.ShouldBe(expected.Length, file);
                asks.Length.ShouldBe(expected.Length, file);
                for (var i = 0; i < expected.Length; i++)
                {
                    var (start, bid, ask) = Parse(expected[i]);
                    bids[i].ShouldBe(new Candle(start, bid[0], bid[1], bid[2], bid[3], 0m), $"{file} {suffix} line {i + 2}");
                    asks[i].ShouldBe(new Candle(start, ask[0], ask[1], ask[2], ask[3], 0m), $"{file} {suffix} line {i + 2}");
                }
            }
        }
    }

    private static List<CompletedCandle> BarsOf(string file)
    {
        var set = new CandleSet();
        var bars = new List<CompletedCandle>();
        foreach (var line in File.ReadLines(file).Skip(1))
        {
            var fields = line.Split(',');
            set.Add(long.Parse(fields[0], CultureInfo.InvariantCulture), null, null, Number(fields[4]), Number(fields[6]), bars)
                .ShouldBeTrue($"{file}: {line}");
        }

        set.Complete(long.MaxValue, bars);
        return bars;
    }

    private static (long Start, decimal[] Bid, decimal[] Ask) Parse(string line)
    {
        var fields = line.Split(',');
        return (long.Parse(fields[0], CultureInfo.InvariantCulture), [.. fields[1..5].Select(Number)], [.. fields[5..9].Select(Number)]);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
