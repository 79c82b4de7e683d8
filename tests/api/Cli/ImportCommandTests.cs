using System.CommandLine;
using Bourse.ApiHost.Cli.Import;

namespace Bourse.Tests.Api.Cli;

/// <summary><c>bourse import</c> end to end, in this process, on files and a data folder of its own.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bourse-import-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Files_of_ticks_and_bars_fill_the_charts_and_can_be_imported_again()
    {
        var ticks = Write("timestamp,symbol,price,size,bid,bid_size,ask,ask_size\n1000,AAA,10,1,,,,\n1500,AAA,12,1,,,,\n61000,AAA,11,1,,,,\n");
        var bars = Write("timestamp,open,high,low,close,volume\n120000,1,3,1,2,5\n180000,2,4,2,4,6\n300000,4,4,1,1,7\n");
        var quotes = Write("timestamp,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close\n0,1,2,1,2,3,4,3,4\n");

        (await Run([ticks])).ShouldBe(0, _error.ToString());
        (await Run([bars, quotes, "--symbol", "BBB", "--timeframe", "1m"])).ShouldBe(0, _error.ToString());
        (await Run([bars, "--symbol", "BBB"])).ShouldBe(0, _error.ToString());

        _output.ToString().ShouldContain("7 bars in"); // two seconds, two minutes, one each of five minutes, an hour and a day
    }

    [Theory]
    [InlineData("timestamp,open,high,low\n", "line 1")]
    [InlineData("timestamp,open,high,low,close\n1,1,1,1,1\n", "line 2: the timestamp")]
    [InlineData("timestamp,open,high,low,close\n60000,1,1,1\n", "line 2: it has 4 fields")]
    [InlineData("timestamp,open,high,low,close\n60000,1,1,2,1\n", "line 2: its high and low")]
    [InlineData("timestamp,open,high,low,close\n60000,1,one,1,1\n", "line 2: one is not")]
    public async Task A_bad_line_ends_with_its_number_and_why(string content, string why)
    {
        (await Run([Write(content), "--symbol", "BBB"])).ShouldBe(1);
        _error.ToString().ShouldContain(why);
    }

    [Fact]
    public async Task Bars_without_a_symbol_need_one_on_the_command_line()
    {
        (await Run([Write("timestamp,open,high,low,close\n60000,1,1,1,1\n")])).ShouldBe(1);
        _error.ToString().ShouldContain("--symbol");
    }

    private Task<int> Run(string[] arguments)
    {
        string[] all = [.. arguments, "--data", Path.Combine(_folder.FullName, "data")];
        return ImportCommand.Create().Parse(all).InvokeAsync(new InvocationConfiguration { Output = _output, Error = _error });
    }

    private string Write(string content)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, content);
        return path;
    }
}
