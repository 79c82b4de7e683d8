namespace Bourse.Tests.Unit.House;

/// <summary>The dependency rules between the rooms (DESIGN.md section 2), read from the compiled assemblies.</summary>
public sealed class RoomTests
{
    private static readonly string[] Io =
    [
        "System.IO.File", "System.IO.FileStream", "System.IO.FileInfo", "System.IO.Directory", "System.IO.DirectoryInfo", "System.Console",
        "System.Threading.Thread", "System.Threading.Timer", "System.Threading.Tasks.Task", "System.Environment", "System.Random",
        "System.TimeProvider", "System.Diagnostics.Stopwatch",
    ];

    /// <summary>The parts of api-host that put the process together, and so may name the silo's types.</summary>
    private static readonly string[] CompositionRoots = ["Program", "Bourse.ApiHost.Composition.", "Bourse.ApiHost.Cli."];

    [Fact]
    public void The_domain_references_only_the_framework()
    {
        using var domain = Room("Bourse.Domain");
        domain.Assemblies.ShouldAllBe(name => name.StartsWith("System.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_domain_touches_no_file_clock_thread_or_randomness()
    {
        using var domain = Room("Bourse.Domain");
        domain.Types.Intersect(Io).ShouldBeEmpty();
        domain.Assemblies.ShouldNotContain(name => name.StartsWith("System.Net", StringComparison.Ordinal) || name.StartsWith("System.Data", StringComparison.Ordinal));
    }

    [Fact]
    public void Grain_interfaces_reference_the_domain_and_the_engine_only()
    {
        using var contracts = Room("Bourse.GrainInterfaces");
        Ours(contracts).Except(["Bourse.Domain", "Bourse.GrainRuntime"]).ShouldBeEmpty();
        contracts.Assemblies.ShouldNotContain(name => IsOutside(name));
    }

    [Fact]
    public void Grains_never_touch_the_database_http_or_signalr()
    {
        using var grains = Room("Bourse.Grains");
        Ours(grains).Except(["Bourse.Domain", "Bourse.GrainInterfaces", "Bourse.GrainRuntime"]).ShouldBeEmpty();
        grains.Assemblies.ShouldNotContain(name => IsOutside(name));
        grains.Types.ShouldNotContain(name => name.StartsWith("System.Net.", StringComparison.Ordinal) || name.StartsWith("System.IO.File", StringComparison.Ordinal));
    }

    [Fact]
    public void The_embedded_engine_references_nothing_of_ours()
    {
        if (!File.Exists(Repository.AssemblyPath("Bourse.GrainRuntime")))
        {
            return; // built on Orleans itself: there is no embedded engine beside the tests
        }
        using var engine = Room("Bourse.GrainRuntime");
        Ours(engine).ShouldBeEmpty();
        engine.PublicNamespaces.ShouldAllBe(space => space == "Orleans" || space.StartsWith("Orleans.", StringComparison.Ordinal)
            || space.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_api_host_never_names_a_grain_class()
    {
        using var program = new AssemblyUses(Repository.ProgramPath);
        program.Assemblies.ShouldNotContain("Bourse.Grains");
        program.Assemblies.ShouldNotContain("Npgsql");
    }

    [Fact]
    public void Only_the_composition_root_of_the_api_host_names_the_silo()
    {
        using var program = new AssemblyUses(Repository.ProgramPath);
        program.TypesWhoseCodeUses("Bourse.Silo")
            .Where(user => !CompositionRoots.Any(root => user == root || (root.EndsWith('.') && user.StartsWith(root, StringComparison.Ordinal))))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Bourse.Domain"), InlineData("Bourse.GrainInterfaces"), InlineData("Bourse.Grains"), InlineData("Bourse.Silo")]
    public void Nothing_of_ours_is_invented_in_the_namespace_of_Orleans(string assembly)
    {
        using var room = Room(assembly);
        room.PublicNamespaces.ShouldNotContain(space => space == "Orleans" || space.StartsWith("Orleans.", StringComparison.Ordinal));
    }

    private static AssemblyUses Room(string assembly) => new(Repository.AssemblyPath(assembly));

    private static IEnumerable<string> Ours(AssemblyUses room) => room.Assemblies.Where(name => name.StartsWith("Bourse.", StringComparison.Ordinal) || name == "bourse");

    private static bool IsOutside(string assembly) =>
        assembly is "Npgsql" or "CsvHelper" or "System.Net.Http" or "System.Data.Common"
        || assembly.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal);
}
