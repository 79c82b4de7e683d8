using System.Text.RegularExpressions;

namespace Bourse.Tests.Unit.House;

/// <summary>Rules that only the sources show.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] Rooms = ["domain", "grain-interfaces", "grains", "silo", "api-host"];

    [Fact]
    public void No_source_is_compiled_in_parts()
    {
        Rooms.SelectMany(Repository.Sources)
            .Where(path => Directive().IsMatch(File.ReadAllText(Path.Combine(Repository.Root, path))))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Wall_clocks_and_randomness_are_injected_everywhere_but_in_tests()
    {
        Rooms.Append("grain-runtime").SelectMany(Repository.Sources)
            .Where(path => WallClock().IsMatch(File.ReadAllText(Path.Combine(Repository.Root, path))))
            .ShouldBeEmpty();
    }

    [GeneratedRegex(@"^\s*#(if|elif)\b", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b|\bRandom\.Shared\b")]
    private static partial Regex WallClock();
}
