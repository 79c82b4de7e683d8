namespace Bourse.Tests;

/// <summary>The recorded market data: a folder <c>shared/data</c> beside the checkout or above it.</summary>
internal static class SharedData
{
    public const string Absent = "no folder shared/data beside this checkout or above it";

    /// <value>The folder, or null.</value>
    public static string? Folder { get; } = Find();

    /// <summary>A file or folder of it, by the parts of its path.</summary>
    public static string PathTo(params string[] parts) => Path.Combine([Folder ?? throw new InvalidOperationException(Absent), .. parts]);

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data)) return data;
        }

        return null;
    }
}

/// <summary>A test that needs the recorded data and is skipped, visibly, where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedData.Folder == null ? SharedData.Absent : null;
}

/// <summary>As <see cref="SharedDataFactAttribute"/>, with inline data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedData.Folder == null ? SharedData.Absent : null;
}
