using Bourse.Silo.Postgres;

namespace Bourse.Tests.Cluster.Storage;

public sealed class LargePagesTests : IDisposable
{
    private readonly string _folder = TestServer.NewFolder();

    private string Limit => Path.Combine(_folder, "nr_overcommit_hugepages");

    private string Memory => Path.Combine(_folder, "meminfo");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2_048, 0, 100, "50")]
    [InlineData(2_048, 0, 101, "51")]
    [InlineData(2_048, 7, 100, "57")]
    [InlineData(32_768, 0, 100, "4")]
    public void The_limit_has_room_for_what_is_wanted_while_ours_runs(int pageKb, int taken, int megabytes, string raised)
    {
        File.WriteAllText(Limit, "3\n");
        File.WriteAllText(Memory, $"MemTotal:       24000000 kB\nHugePages_Total:       {taken}\nHugePages_Surp:        {taken}\nHugepagesize:       {pageKb} kB\n");

        using (var pages = LargePages.Allow(Limit, Memory, megabytes))
        {
            pages.AreAllowed.ShouldBeTrue();
            File.ReadAllText(Limit).ShouldBe(raised);
        }

        File.ReadAllText(Limit).ShouldBe("3");
    }

    [Theory]
    [InlineData("60\n", "HugePages_Surp: 0\nHugepagesize: 2048 kB\n")]
    [InlineData("0\n", "HugePages_Surp: 0\nHugepagesize: 524288 kB\n")]
    [InlineData("0\n", "HugePages_Surp: 0\n")]
    [InlineData("", "HugePages_Surp: 0\nHugepagesize: 2048 kB\n")]
    public void A_higher_limit_and_what_is_not_known_stay(string limit, string memory)
    {
        File.WriteAllText(Limit, limit);
        File.WriteAllText(Memory, memory);

        using (var pages = LargePages.Allow(Limit, Memory, 100))
        {
            pages.AreAllowed.ShouldBeFalse();
        }

        File.ReadAllText(Limit).ShouldBe(limit);
    }

    [Fact]
    public void What_another_has_set_since_stays()
    {
        File.WriteAllText(Limit, "0\n");
        File.WriteAllText(Memory, "HugePages_Surp: 0\nHugepagesize: 2048 kB\n");

        using (LargePages.Allow(Limit, Memory, 100))
        {
            File.WriteAllText(Limit, "500\n");
        }

        File.ReadAllText(Limit).ShouldBe("500\n");
    }

    [Fact]
    public void A_system_without_large_pages_is_left_alone()
    {
        LargePages.Allow(Limit, Memory, 100).Dispose();

        File.Exists(Limit).ShouldBeFalse();
    }
}
