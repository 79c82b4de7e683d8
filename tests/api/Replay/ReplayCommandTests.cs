using System.CommandLine;
using Bourse.ApiHost.Cli.Replay;

namespace Bourse.Tests.Api.Replay;

/// <summary><c>bourse replay</c> end to end, in this process, on files and a data folder of its own.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private const string Header = "timestamp,symbol,price,size,bid,bid_size,ask,ask_size\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bourse-replay-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Ticks_become_bars_and_the_speed_is_printed()
    {
        var ticks = Write(Header + "1000,AAA,10,1,,,,\n1500,BBB,,,1.1,,1.2,\n2000,AAA,11,1,,,,\n61000,AAA,12,1,,,,\n");

        (await Run([ticks, "--speed", "max"])).ShouldBe(0, _error.ToString());
        var first = _output.ToString();
        (await Run([ticks, "--speed", "1000", "--symbol", "AAA"])).ShouldBe(0, _error.ToString());

        first.ShouldMatch(@"^\d+ ticks/s\r?\n4 ticks in [\d.]+ s, 0 refused, 0 late; \d+ bars written, 0 lost");
        _output.ToString().ShouldContain("3 ticks in");
    }

    [Fact]
    public async Task A_bad_line_ends_with_its_number_and_why()
    {
        (await Run([Write(Header + "1000,AAA,10,1,,,,\n2000,AAA,ten,1,,,,\n")])).ShouldBe(1);

        _error.ToString().ShouldContain("line 3: price is not a decimal number");
    }

    [Fact]
    public async Task A_missing_file_or_a_speed_that_is_none_is_refused_before_anything_starts()
    {
        (await Run([Path.Combine(_folder.FullName, "none.csv")])).ShouldBe(1);
        (await Run([Write(Header), "--speed", "fast"])).ShouldNotBe(0);
        (await Run([])).ShouldNotBe(0);

        _error.ToString().ShouldContain("there is no file");
        Directory.Exists(Path.Combine(_folder.FullName, "data")).ShouldBeFalse();
    }

    private Task<int> Run(string[] arguments)
    {
        string[] all = [.. arguments, "--data", Path.Combine(_folder.FullName, "data")];
        return ReplayCommand.Create().Parse(all).InvokeAsync(new InvocationConfiguration { Output = _output, Error = _error });
    }

    private string Write(string content)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, content);
        return path;
    }
}
