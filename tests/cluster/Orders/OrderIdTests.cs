using Bourse.Grains.Accounts;

namespace Bourse.Tests.Cluster.Orders;

public sealed class OrderIdTests
{
    private static readonly DateTimeOffset s_time = new(2026, 6, 15, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void An_id_is_a_version_7_uuid_of_its_time()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var id = OrderIds.Next(s_time);
            id.Version.ShouldBe(7);
            (id.Variant & 0b1100).ShouldBe(0b1000);
            id.ToByteArray(bigEndian: true)[..6].ShouldBe(Guid.CreateVersion7(s_time).ToByteArray(bigEndian: true)[..6]);
        }
    }

    [Fact]
    public void Ids_of_one_moment_differ_whichever_threads_make_them()
    {
        var ids = new Guid[8_000];
        Parallel.For(0, ids.Length, i => ids[i] = OrderIds.Next(s_time));

        ids.Distinct().Count().ShouldBe(ids.Length);
    }

    [Fact]
    public void Every_bit_after_the_time_but_those_of_the_form_is_random()
    {
        UInt128 ones = 0, zeros = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(OrderIds.Next(s_time).ToByteArray(bigEndian: true));
            (ones, zeros) = (ones | id, zeros | ~id);
        }

        // 48 bits of time, 4 of the version, 2 of the variant stay.
        UInt128.PopCount(ones & zeros).ShouldBe((UInt128)74);
    }
}
