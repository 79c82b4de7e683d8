using Bourse.Silo.Postgres;

namespace Bourse.Tests.Cluster.Storage;

public sealed class EarlyWritebackTests : IDisposable
{
    private const int Page = 8_192;
    private readonly string _tables = TestServer.NewFolder();

    public void Dispose() => Directory.Delete(_tables, recursive: true);

    [Fact]
    public void What_tables_grow_by_is_begun_once()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var writeback = new EarlyWriteback(_tables);
        Grow("16385", Page);
        Grow("16386", 3 * Page);
        writeback.Begin().ShouldBe(4 * Page);
        writeback.Begin().ShouldBe(0);

        Grow("16386", 2 * Page);
        writeback.Begin().ShouldBe(2 * Page);

        File.Delete(Path.Combine(_tables, "16386"));
        writeback.Begin().ShouldBe(0);
        Grow("16386", Page);
        writeback.Begin().ShouldBe(Page, "a table of the same number is another one");
    }

    [Fact]
    public void A_folder_that_is_not_there_ends_nothing()
    {
        var writeback = new EarlyWriteback(Path.Combine(_tables, "gone"));

        writeback.Begin().ShouldBe(0);
    }

    private void Grow(string table, int bytes)
    {
        using var file = new FileStream(Path.Combine(_tables, table), FileMode.Append);
        file.Write(new byte[bytes]);
    }
}
