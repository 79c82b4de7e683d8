using System.CommandLine;
using Bourse.ApiHost.Cli.Match;

namespace Bourse.Tests.Api.Match;

/// <summary><c>bourse match</c> end to end, in this process, on files of its own.</summary>
public sealed class MatchCommandTests : IDisposable
{
    private const string Header = "ts_ns,op,order_id,side,type,tif,price,qty,stop_price,account,flags\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bourse-match-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_flow_gives_its_trades_its_depth_and_its_speed()
    {
        var exit = Match(
            """
            1,N,a,S,limit,gtc,10.50,5,,x,
            2,N,b,S,limit,gtc,10.51,5,,x,post_only
            3,N,c,B,limit,gtc,10.4,2,,y,
            4,N,d,B,limit,ioc,10.51,7,,y,
            5,R,c,,,,10.45,,,,
            6,N,e,S,market,,,1,,z,
            7,D,b,S,,,,1,,,
            8,N,f,S,stop_limit,gtc,10,1,10.45,,
            9,X,f,,,,,,,,
            """,
            "--depth", PathTo("depth.csv"), "--levels", "1");
        exit.ShouldBe(0);
        Written("trades.csv").ShouldBe("seq,ts_ns,taker_id,maker_id,price,qty\n1,4,d,a,10.5,5\n2,4,d,b,10.51,2\n3,6,e,c,10.45,1\n4,8,f,c,10.45,1\n");
        Written("depth.csv").ShouldBe("side,price,qty,orders\nS,10.51,2,1\n");
        _output.ToString().ShouldMatch(@"^\d+ commands/s\n9 commands, 1 refused, 4 trades, quantity 9\n$");
        _error.ToString().ShouldBeEmpty();
        LeftBehind().ShouldBe(["depth.csv", "flow.csv", "trades.csv"]);
    }

    [Fact]
    public void Tick_and_lot_set_what_prices_and_quantities_are_multiples_of()
    {
        Match("1,N,1,B,limit,gtc,65000.5,0.25,,,\n2,N,2,S,limit,gtc,65000,0.1,,,\n", "--tick", "0.5", "--lot", "0.05", "--repeat", "3").ShouldBe(0);
        Written("trades.csv").ShouldEndWith("\n1,2,2,1,65000.5,0.1\n");
        _output.ToString().ShouldContain("2 commands, 0 refused, 1 trades, quantity 0.1");
    }

    [Fact]
    public void Reduce_only_is_taken_and_said_to_have_no_effect()
    {
        Match("1,N,1,B,limit,gtc,1,1,,,post_only|reduce_only\n").ShouldBe(0);
        _error.ToString().ShouldContain("reduce_only (1 times) has no effect");
    }

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_are_read()
    {
        File.WriteAllText(PathTo("flow.csv"), "\uFEFF" + Header.Replace("\n", "\r\n") + "1,N,1,B,limit,gtc,1,1,,,\r\n2,N,2,S,limit,gtc,1,1,,,");
        MatchFile().ShouldBe(0);
        Written("trades.csv").ShouldEndWith("\n1,2,2,1,1,1\n");
    }

    [Theory]
    [InlineData("", "1 fields where 11 must be")]
    [InlineData("1,N,1,B,limit,gtc,1,1,,", "10 fields where 11 must be")]
    [InlineData("1,N,1,B,limit,gtc,1,1,,,,", "more than 11 fields")]
    [InlineData("x,N,1,B,limit,gtc,1,1,,,", "ts_ns is not a whole number")]
    [InlineData("1.5,N,1,B,limit,gtc,1,1,,,", "ts_ns is not a whole number")]
    [InlineData("1,Z,1,B,limit,gtc,1,1,,,", "op 'Z' is none of N, X, R, D")]
    [InlineData("1,N,,B,limit,gtc,1,1,,,", "order_id is missing")]
    [InlineData("1,N,1,b,limit,gtc,1,1,,,", "side 'b' is neither B nor S")]
    [InlineData("1,N,1,,limit,gtc,1,1,,,", "side '' is neither B nor S")]
    [InlineData("1,N,1,B,iceberg,gtc,1,1,,,", "type 'iceberg' is none of limit, market, stop, stop_limit")]
    [InlineData("1,N,1,B,limit,gtd,1,1,,,", "tif 'gtd' is none of gtc, day, ioc, fok")]
    [InlineData("1,N,1,B,limit,gtc,1.005,1,,,", "price 1.005 is not a multiple of the tick 0.01")]
    [InlineData("1,N,1,B,limit,gtc,-1,1,,,", "price '-1' is not a decimal number")]
    [InlineData("1,N,1,B,limit,gtc,1e3,1,,,", "price '1e3' is not a decimal number")]
    [InlineData("1,N,1,B,limit,gtc,NaN,1,,,", "price 'NaN' is not a decimal number")]
    [InlineData("1,N,1,B,limit,gtc,0,1,,,", "price is missing or 0")]
    [InlineData("1,N,1,B,limit,gtc,99999999999999999999,1,,,", "price 99999999999999999999 is more than 1000000000000000 ticks")]
    [InlineData("1,N,1,B,limit,gtc,1,0.5,,,", "qty 0.5 is not a multiple of the lot 1")]
    [InlineData("1,N,1,B,limit,gtc,1,,,,", "qty is missing or 0")]
    [InlineData("1,N,1,B,stop,gtc,,1,,,", "stop_price is missing or 0")]
    [InlineData("1,N,1,B,limit,gtc,1,1,1,,", "stop_price on an order that is not a stop")]
    [InlineData("1,N,1,B,limit,ioc,1,1,,,post_only", "post_only on an order that cannot rest")]
    [InlineData("1,N,1,B,limit,gtc,1,1,,,hidden", "flag 'hidden' is neither post_only nor reduce_only")]
    [InlineData("1,R,1,,,,,,,,", "a replace needs a price, a qty or a stop_price")]
    [InlineData("1,D,1,,,,,,,,", "qty is missing or 0")]
    public void A_bad_line_stops_the_run_with_its_number_and_why_and_nothing_is_written(string line, string why)
    {
        Match($"1,N,9,B,limit,gtc,1,1,,,\n{line}\n1,N,8,S,limit,gtc,1,1,,,\n", "--depth", PathTo("depth.csv")).ShouldBe(1);
        _error.ToString().ShouldBe($"{PathTo("flow.csv")}: line 3: {why}\n");
        _output.ToString().ShouldBeEmpty();
        LeftBehind().ShouldBe(["flow.csv"]);
    }

    [Fact]
    public void Another_header_is_a_bad_first_line()
    {
        File.WriteAllText(PathTo("flow.csv"), "ts_ns,op\n");
        MatchFile().ShouldBe(1);
        _error.ToString().ShouldContain("line 1: the header must be ts_ns,op,order_id");
    }

    [Fact]
    public void Files_that_cannot_be_read_or_written_are_told_and_leave_nothing()
    {
        MatchFile().ShouldBe(1);
        _error.ToString().ShouldContain("flow.csv");

        File.WriteAllText(PathTo("flow.csv"), Header);
        MatchFile("--depth", Path.Combine(PathTo("nowhere"), "depth.csv")).ShouldBe(1);
        LeftBehind().ShouldBe(["flow.csv"]);
    }

    [Fact]
    public void The_flow_is_never_overwritten_and_two_results_never_go_to_one_file()
    {
        Match("1,N,1,B,limit,gtc,1,1,,,\n", "--depth", PathTo("flow.csv")).ShouldBe(1);
        MatchFile("--depth", PathTo("trades.csv")).ShouldBe(1);
        _error.ToString().ShouldContain("must be different files");
        Written("flow.csv").ShouldStartWith(Header);
        LeftBehind().ShouldBe(["flow.csv"]);
    }

    [Fact]
    public void When_one_result_cannot_be_written_neither_is()
    {
        Directory.CreateDirectory(PathTo("depth"));
        Match("1,N,1,B,limit,gtc,1,1,,,\n", "--depth", PathTo("depth")).ShouldBe(1);
        _error.ToString().ShouldContain("is a folder");
        LeftBehind().ShouldBe(["flow.csv"]);
    }

    [Theory]
    [InlineData("--repeat", "0")]
    [InlineData("--levels", "x")]
    [InlineData("--tick", "0")]
    [InlineData("--lot", "-1")]
    public void An_option_outside_its_bounds_is_refused(string option, string value)
    {
        File.WriteAllText(PathTo("flow.csv"), Header);
        MatchFile(option, value).ShouldNotBe(0);
        _error.ToString().ShouldContain($"{option} must be a number from");
        LeftBehind().ShouldBe(["flow.csv"]);
    }

    private int Match(string lines, params string[] options)
    {
        File.WriteAllText(PathTo("flow.csv"), Header + lines);
        return MatchFile(options);
    }

    private int MatchFile(params string[] options)
    {
        var root = new RootCommand { MatchCommand.Create() };
        var parsed = root.Parse(["match", "--flow", PathTo("flow.csv"), "--trades", PathTo("trades.csv"), .. options]);
        return parsed.Invoke(new InvocationConfiguration { Output = _output, Error = _error });
    }

    private string PathTo(string name) => Path.Combine(_folder.FullName, name);

    private string Written(string name) => File.ReadAllText(PathTo(name));

    private string[] LeftBehind() => [.. _folder.GetFiles().Select(file => file.Name).Order()];
}
