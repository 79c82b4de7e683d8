using Orleans;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;

namespace Bourse.Tests.Unit.GrainRuntime;

public sealed class IdentityTests
{
    [Fact]
    public void A_grain_id_is_written_and_read_as_type_and_key()
    {
        var id = GrainId.Create("account", "a/b+c");

        id.ToString().ShouldBe("account/a/b+c");
        GrainId.Parse("account/a/b+c").ShouldBe(id);
        id.ShouldNotBe(GrainId.Create("account", "a/b"));
        GrainId.TryParse("nothing", out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => GrainId.Parse("/key"));
        default(GrainId).IsDefault.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_numeric_key_is_read_as_it_was_written(long key)
    {
        GrainId.Create(GrainType.Create("g"), GrainIdKeyExtensions.CreateIntegerKey(key)).GetIntegerKey().ShouldBe(key);
        GrainId.Create(GrainType.Create("g"), GrainIdKeyExtensions.CreateIntegerKey(key, "more")).GetIntegerKey(out var extension).ShouldBe(key);
        extension.ShouldBe("more");
    }

    [Fact]
    public void A_guid_key_is_read_as_it_was_written_and_a_text_is_neither()
    {
        var key = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");
        var id = GrainId.Create(GrainType.Create("g"), GrainIdKeyExtensions.CreateGuidKey(key));

        id.ToString().ShouldBe("g/0f8fad5bd9cb469fa16570867728950e");
        id.GetGuidKey().ShouldBe(key);
        Should.Throw<ArgumentException>(() => GrainId.Create("g", "text").GetGuidKey());
        Should.Throw<ArgumentException>(() => GrainId.Create("g", "text").GetIntegerKey());
    }

    /// <summary>The hash is FNV-1a with the final mix of MurmurHash3; the values were computed apart from this code.</summary>
    [Theory]
    [InlineData("", 2872998923u)]
    [InlineData("a", 444641715u)]
    [InlineData("account/4711", 834738493u)]
    public void The_stable_hash_never_changes(string text, uint expected) => StableHash.ComputeHash(text).ShouldBe(expected);

    [Fact]
    public void The_hash_spreads_like_keys_over_partitions()
    {
        var perPartition = Enumerable.Range(0, 102_400).Select(i => GrainId.Create("account", $"user-{i}").GetUniformHashCode() % 1_024)
            .GroupBy(partition => partition).Select(group => group.Count()).ToList();

        perPartition.Count.ShouldBe(1_024);
        perPartition.Max().ShouldBeLessThan(200);
    }

    [Fact]
    public void A_stream_id_tells_namespace_and_key_apart()
    {
        var id = StreamId.Create("quotes", "BTC/USD");

        id.GetNamespace().ShouldBe("quotes");
        id.GetKeyAsString().ShouldBe("BTC/USD");
        id.ToString().ShouldBe("quotes/BTC/USD");
        id.ShouldBe(StreamId.Create("quotes"u8, "BTC/USD"u8));
        id.ShouldNotBe(StreamId.Create("quotesB", "TC/USD"));
        StreamId.Create(null, 42).GetNamespace().ShouldBeNull();
        Should.Throw<ArgumentException>(() => StreamId.Create("quotes", ""));
    }

    [Fact]
    public void Sequence_tokens_are_ordered_by_batch_then_by_place()
    {
        var first = new EventSequenceTokenV2(1, 2);

        first.CompareTo(new EventSequenceTokenV2(1, 3)).ShouldBeNegative();
        first.CompareTo(new EventSequenceTokenV2(0, 9)).ShouldBePositive();
        first.ShouldBe(new EventSequenceTokenV2(1, 2));
    }

    [Fact]
    public void A_silo_address_is_read_as_it_was_written()
    {
        var address = SiloAddress.New(System.Net.IPAddress.Loopback, 11111, 7);

        SiloAddress.FromParsableString(address.ToParsableString()).ShouldBe(address);
        Should.Throw<FormatException>(() => SiloAddress.FromParsableString("nowhere"));
    }
}
