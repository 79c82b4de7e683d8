using System.Reflection;
using System.Text.RegularExpressions;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.Grains.Venues;

namespace Bourse.Tests.Unit.House;

/// <summary>The tables of the docs headed <c>what | code | test</c> tell every code by which an order is refused, cancelled or rejected, and the test that shows it.</summary>
public sealed partial class DocumentedCodesTests
{
    private static readonly string[] Pages = ["docs/orders.md", "docs/risk.md", "docs/venues.md"];
    private static readonly Lazy<Dictionary<string, string>> Tests = new(() => Repository.Sources("tests")
        .Where(path => path.EndsWith("Tests.cs", StringComparison.Ordinal) || path.EndsWith("Tests.Embedded.cs", StringComparison.Ordinal))
        .ToDictionary(path => path, path => File.ReadAllText(Path.Combine(Repository.Root, path))));

    [Fact]
    public void Every_code_that_the_domain_knows_stands_in_a_table_and_no_other()
    {
        var told = Rows().SelectMany(row => row.Codes).ToHashSet();

        Known().Except(told).ShouldBeEmpty();
        told.Except(Known()).Except(["position_not_found", "held_by_orders", "client_order_id_conflict", "price_band"]).ShouldBeEmpty();
    }

    [Fact]
    public void Every_row_names_tests_that_there_are_and_these_look_for_its_codes()
    {
        foreach (var row in Rows())
        {
            row.Tests.ShouldNotBeEmpty(row.Text);
            var sources = row.Tests.Select(name => SourceOf(name) ?? throw new ShouldAssertException($"There is no test {name}: {row.Text}")).ToArray();
            foreach (var code in row.Codes)
            {
                sources.ShouldContain(source => Regex.IsMatch(source, $@"[""\s]{code}[""\s]"), $"{code}: {row.Text}");
            }
        }
    }

    [Fact]
    public void Every_attack_that_the_docs_name_has_its_test()
    {
        foreach (var row in Rows("docs/security.md", "| attack | answer | test |"))
        {
            row.Tests.ShouldNotBeEmpty(row.Text);
            row.Tests.ShouldAllBe(name => SourceOf(name) != null, row.Text);
        }
    }

    private static HashSet<string> Known() =>
    [
        .. Constants(typeof(RefusalCode)), .. Constants(typeof(VenueCode)), .. Enum.GetValues<RejectCode>().Where(c => c != RejectCode.None).Select(c => c.Code()),
        .. Enum.GetValues<CancelReason>().Select(r => r.Code()).OfType<string>(),
    ];

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

    /// <summary><c>OrderTests.A_limit…</c> is the test of that class that begins so, <c>…A_limit</c> one of the class named before, <c>Orders/HaltTests</c> a whole class.</summary>
    private static string? SourceOf(string name)
    {
        var parts = name.Split('.');
        string[] endings = [$"/{parts[0]}.cs", $"/{parts[0]}.Embedded.cs"]; // the latter of one engine only
        var source = Tests.Value.FirstOrDefault(t => endings.Any(ending => t.Key.EndsWith(ending, StringComparison.Ordinal))).Value;
        return parts.Length == 1 || source?.Contains(" " + parts[1], StringComparison.Ordinal) == true ? source : null;
    }

    private static IEnumerable<Row> Rows() => Pages.SelectMany(page => Rows(page, "| what | `code` | test |"));

    private static IEnumerable<Row> Rows(string page, string head)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, page));
        lines.ShouldContain(head, page);
        foreach (var line in lines.SkipWhile(line => line != head).Skip(2).TakeWhile(line => line.StartsWith('|')))
        {
            var cells = line.Trim('|').Split('|');
            cells.Length.ShouldBe(3, line);
            yield return new Row(line, [.. Quoted(cells[1])], [.. Names(cells[2])]);
        }
    }

    private static IEnumerable<string> Names(string cell)
    {
        var file = "";
        foreach (var name in Quoted(cell))
        {
            var full = name.StartsWith('…') ? $"{file}.{name[1..]}" : name;
            file = full.Split('.')[0];
            yield return full.TrimEnd('…');
        }
    }

    private static IEnumerable<string> Quoted(string cell) => Code().Matches(cell).Select(m => m.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    private sealed record Row(string Text, IReadOnlyList<string> Codes, IReadOnlyList<string> Tests);
}
