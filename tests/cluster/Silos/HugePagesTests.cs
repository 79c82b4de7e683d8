using Bourse.Silo.Silos;

namespace Bourse.Tests.Cluster.Silos;

public sealed class HugePagesTests
{
    [Theory]
    [InlineData("rw-p 00000000 00:00 0", 4_096, 4_000, 0, true)]
    [InlineData("rw-p 00000000 00:00 0", 4_096, 4_000, 2_048, false)] // less than one page is left to back
    [InlineData("rw-p 00000000 00:00 0", 4_096, 3_000, 0, false)] // not filled yet
    [InlineData("rw-p 00000000 00:00 0", 1_024, 1_024, 0, false)] // smaller than a page
    [InlineData("rw-p 00002000 fe:00 77", 4_096, 4_096, 0, false)] // a file's
    [InlineData("r--p 00000000 00:00 0", 4_096, 4_096, 0, false)] // not written
    public void Private_memory_is_backed_once_it_is_filled(string how, int sizeKb, int residentKb, int hugeKb, bool isBacked)
    {
        const long Start = 0x7f2a_4000_0000;
        string[] maps =
        [
            "7f2a3fff0000-7f2a40000000 rw-p 00000000 00:00 0 ",
            "Rss:                  64 kB",
            "AnonHugePages:         0 kB",
            $"{Start:x}-{Start + (sizeKb << 10):x} {how} ",
            $"Size:       {sizeKb} kB",
            $"Rss:        {residentKb} kB",
            $"AnonHugePages: {hugeKb} kB",
            "VmFlags: rd wr mr mw me ac",
        ];

        HugePages.FilledRanges(maps).ShouldBe(isBacked ? [(Start, Start + (sizeKb << 10))] : []);
    }

    [Theory]
    [InlineData("none")] // no such file
    [InlineData("")] // a folder, which cannot be read as a file
    public void A_look_at_memory_that_fails_ends_nothing(string name)
    {
        var folder = Directory.CreateTempSubdirectory("bourse-maps-");

        new HugePages() { Maps = Path.Combine(folder.FullName, name) }.BackHeap();

        folder.Delete();
    }

    [Fact]
    public void This_process_is_looked_at_as_it_is()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var filled = GC.AllocateArray<byte>(16 << 20, pinned: true);
        Array.Fill(filled, (byte)1);

        new HugePages().BackHeap();

        filled.AsSpan().IndexOfAnyExcept((byte)1).ShouldBe(-1);
    }
}
