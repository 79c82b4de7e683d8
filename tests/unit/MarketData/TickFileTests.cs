using Bourse.Silo.MarketData;

namespace Bourse.Tests.Unit.MarketData;

public sealed class TickFileTests : IDisposable
{
    private const string Header = "timestamp,symbol,price,size,bid,bid_size,ask,ask_size\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("bourse-ticks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_field_is_read_exactly_and_empty_means_not_told()
    {
        var ticks = Read(Header + "1398902401787,EUR/USD,,,1.38727,,1.38730,2500000\n1398902401788,BTC/USD,0.00000001,12345678901234567890.5,,,,\n");

        ticks.Count.ShouldBe(2);
        ticks[0].Symbol.ShouldBe("EUR/USD");
        ticks[0].Tick.TimestampMs.ShouldBe(1398902401787);
        ticks[0].Tick.Price.ShouldBeNull();
        ticks[0].Tick.Bid.ShouldBe(1.38727m);
        ticks[0].Tick.BidSize.ShouldBeNull();
        ticks[0].Tick.Ask!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe("1.38730");
        ticks[0].Tick.AskSize.ShouldBe(2_500_000m);
        ticks[1].Tick.Price.ShouldBe(0.00000001m);
        ticks[1].Tick.Size.ShouldBe(12345678901234567890.5m);
        ticks[1].Tick.Ask.ShouldBeNull();
    }

    [Theory]
    [InlineData("1,A,1e-5,1,,,,", "0.00001")]
    [InlineData("1,A,00012.50,1,,,,", "12.50")]
    [InlineData("1,A,123456789012345678,1,,,,", "123456789012345678")]
    [InlineData("1,A,1234567890123456789,1,,,,", "1234567890123456789")]
    public void Unusual_but_exact_numbers_are_taken(string line, string price) =>
        Read(Header + line).Single().Tick.Price!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(price);

    [Fact]
    public void Line_ends_of_windows_a_byte_order_mark_empty_lines_and_a_missing_last_line_end_are_taken() =>
        Read("\uFEFF" + Header.Replace("\n", "\r\n", StringComparison.Ordinal) + "1,A,1,1,,,,\r\n\r\n2,A,2,1,,,,").Select(t => t.Tick.Price).ShouldBe([1m, 2m]);

    [Theory]
    [InlineData("x,A,1,1,,,,", "timestamp")]
    [InlineData("-1,A,1,1,,,,", "timestamp")]
    [InlineData("1.5,A,1,1,,,,", "timestamp")]
    [InlineData("1,,1,1,,,,", "symbol")]
    [InlineData("1,aapl,1,1,,,,", "symbol")]
    [InlineData("1,ABCDEFGHIJKLMNOPQRSTUVWXYZ,1,1,,,,", "symbol")]
    [InlineData("1,A,NaN,1,,,,", "price")]
    [InlineData("1,A,0,1,,,,", "price")]
    [InlineData("1,A,-1,1,,,,", "price")]
    [InlineData("1,A,1 ,1,,,,", "price")]
    [InlineData("1,A,.,1,,,,", "price")]
    [InlineData("1,A,1,-1,,,,", "size")]
    [InlineData("1,A,,,1.2.3,,,", "bid")]
    [InlineData("1,A,,,,,,", "neither")]
    [InlineData("1,A,1,1,,,", "fewer")]
    [InlineData("1", "fewer")]
    [InlineData("1,A,1,1,,,,,", "more")]
    public void A_bad_line_stops_with_its_number_and_why(string line, string why)
    {
        using var reader = TickFileReader.Open(Write(Header + "1,A,1,1,,,,\n" + line + "\n9,A,1,1,,,,\n"));
        reader.TryRead(out _).ShouldBeTrue();

        var thrown = Should.Throw<TickFileException>(() => reader.TryRead(out _));

        thrown.Line.ShouldBe(3);
        thrown.Message.ShouldContain("line 3");
        thrown.Message.ShouldContain(why);
    }

    [Fact]
    public void An_endless_line_is_refused_and_not_kept()
    {
        using var reader = TickFileReader.Open(Write(Header + new string('1', 300_000)));

        Should.Throw<TickFileException>(() => reader.TryRead(out _)).Line.ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("timestamp,bid_open\n")]
    public void Another_header_is_refused(string content) =>
        Should.Throw<TickFileException>(() => TickFileReader.Open(Write(content))).Line.ShouldBe(1);

    [Fact]
    public void Lines_that_straddle_the_buffer_are_whole()
    {
        var lines = Enumerable.Range(0, 20_000).Select(i => $"{i},SYM{i % 7},{i + 1}.{i % 1000:000},1,,,,");

        var ticks = Read(Header + string.Join('\n', lines));

        ticks.Count.ShouldBe(20_000);
        ticks.Select((t, i) => t.Tick.TimestampMs == i && t.Symbol == $"SYM{i % 7}" && t.Tick.Price == i + 1 + ((i % 1000) / 1000m)).ShouldAllBe(ok => ok);
    }

    [Fact]
    public void Several_files_are_merged_by_time_and_at_the_same_time_in_the_order_given()
    {
        using var merge = TickFileMerge.Open(
        [
            Write(Header + "1,A,1,1,,,,\n5,A,1,1,,,,\n9,A,1,1,,,,\n"),
            Write(Header + "2,B,1,1,,,,\n5,B,1,1,,,,\n5,B,2,1,,,,\n"),
        ]);
        var order = new List<string>();
        while (merge.TryRead(out var tick))
        {
            order.Add($"{tick.Tick.TimestampMs}{tick.Symbol}");
        }

        order.ShouldBe(["1A", "2B", "5A", "5B", "5B", "9A"]);
        merge.Position.ShouldBe(merge.Length);
    }

    private List<SymbolTick> Read(string content)
    {
        using var reader = TickFileReader.Open(Write(content));
        var ticks = new List<SymbolTick>();
        while (reader.TryRead(out var tick))
        {
            ticks.Add(tick);
        }

        return ticks;
    }

    private string Write(string content)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, content);
        return path;
    }
}
