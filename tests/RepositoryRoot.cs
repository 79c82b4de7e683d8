namespace Bourse.Tests;

/// <summary>Where the sources lie, found from the folder that the program runs in.</summary>
internal static class RepositoryRoot
{
    /// <exception cref="DirectoryNotFoundException">The program runs outside of the repository.</exception>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The sources are not above this program: there is no Orleans.sln above " + AppContext.BaseDirectory);
    }
}
