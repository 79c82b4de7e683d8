using Bourse.Silo.Postgres;

namespace Bourse.Tests.Cluster.Storage;

public sealed class SharedMemoryTests
{
    [Fact]
    public void The_mapping_in_large_pages_is_found_among_the_others() => SharedMemory.Find(
    [
        "55d0c8a00000-55d0c8ad1000 r--p 00000000 fe:00 3342     /usr/lib/postgresql/15/bin/postgres",
        "7f793f800000-7f79c5600000 rw-s 00000000 00:11 1629068                    /anon_hugepage (deleted)",
        "7f79c5800000-7f79c5a00000 rw-s 00000000 00:11 1629069                    /anon_hugepage (deleted)",
    ]).ShouldBe((0x7f793f800000, 0x7f79c5600000));

    [Theory]
    [InlineData("7f793f800000-7f79c5600000 rw-s 00000000 00:01 1629068                    /dev/zero (deleted)")]
    [InlineData(" /anon_hugepage (deleted)")]
    [InlineData("")]
    public void What_is_no_such_mapping_is_passed_over(string line) => SharedMemory.Find([line]).ShouldBeNull();

    [Fact]
    public void A_process_without_one_and_one_that_is_none_are_left_alone()
    {
        using var ours = SharedMemory.Fetch(Environment.ProcessId, 2 << 20);
        using var none = SharedMemory.Fetch(int.MaxValue, 2 << 20);
        ours.Join();
        none.Join();
        (ours.Touched + none.Touched).ShouldBe(0);
    }
}
