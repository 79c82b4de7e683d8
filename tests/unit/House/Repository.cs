namespace Bourse.Tests.Unit.House;

/// <summary>Where the tested sources and assemblies lie, found from the folder that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = RepositoryRoot.Find();

    /// <summary>The program, which unit tests do not load: it is read beside them, as built in the same configuration.</summary>
    public static string ProgramPath { get; } = FindProgram();

    public static string AssemblyPath(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    /// <summary>The C# files of one room, by their path from the root, with forward slashes.</summary>
    public static IEnumerable<string> Sources(string room)
    {
        var folder = Path.Combine(Root, room);
        if (!Directory.Exists(folder))
        {
            return [];
        }
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal));
    }

    private static string FindProgram()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.Combine(Root, "artifacts", "bin", "Bourse.ApiHost", configuration, "bourse.dll");
    }
}
