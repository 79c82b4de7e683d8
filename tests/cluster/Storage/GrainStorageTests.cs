using Bourse.Silo.Postgres;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.Tests.Cluster.Storage;

public sealed class GrainStorageTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private PostgresGrainStorage Storage => new(postgres.Source);

    [Fact]
    public async Task What_was_written_is_read_again_exactly()
    {
        var id = GrainId.Create("user", "ann@example.com/ü'\"");
        var written = new GrainState<Purse>(new Purse { Name = "Ann \u2603", Amount = 0.1000m, Tags = ["a", "b"], When = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero) });
        await Storage.WriteStateAsync("purse", id, written);
        written.RecordExists.ShouldBeTrue();
        written.ETag.ShouldBe("1");

        var read = new GrainState<Purse>();
        await Storage.ReadStateAsync("purse", id, read);

        read.RecordExists.ShouldBeTrue();
        read.ETag.ShouldBe("1");
        read.State.ShouldNotBeNull();
        read.State.Name.ShouldBe("Ann \u2603");
        read.State.Amount.ShouldBe(0.1m);
        read.State.Tags.ShouldBe(["a", "b"]);
        read.State.When.ShouldBe(written.State!.When);
    }

    [Fact]
    public async Task A_state_that_was_never_written_is_a_new_one()
    {
        var state = new GrainState<Purse>();
        await Storage.ReadStateAsync("purse", GrainId.Create("user", "nobody"), state);
        state.RecordExists.ShouldBeFalse();
        state.ETag.ShouldBeNull();
        state.State.ShouldNotBeNull();
    }

    [Fact]
    public async Task Of_two_activations_the_second_to_write_is_told()
    {
        var id = GrainId.Create("user", "two");
        var first = new GrainState<Purse>(new Purse { Name = "first" });
        var second = new GrainState<Purse>(new Purse { Name = "second" });
        await Storage.WriteStateAsync("purse", id, first);
        await Should.ThrowAsync<InconsistentStateException>(Storage.WriteStateAsync("purse", id, second));

        await Storage.ReadStateAsync("purse", id, second);
        await Storage.WriteStateAsync("purse", id, first);
        await Should.ThrowAsync<InconsistentStateException>(Storage.WriteStateAsync("purse", id, second));
        await Should.ThrowAsync<InconsistentStateException>(Storage.ClearStateAsync("purse", id, second));
        first.ETag.ShouldBe("2");
    }

    [Fact]
    public async Task Clearing_forgets_the_state_and_no_old_version_comes_back()
    {
        var id = GrainId.Create("user", "cleared");
        var state = new GrainState<Purse>(new Purse { Name = "x" });
        await Storage.WriteStateAsync("purse", id, state);
        var stale = new GrainState<Purse>(state.State, state.ETag);
        await Storage.ClearStateAsync("purse", id, state);
        state.RecordExists.ShouldBeFalse();

        var read = new GrainState<Purse>();
        await Storage.ReadStateAsync("purse", id, read);
        read.RecordExists.ShouldBeFalse();
        await Should.ThrowAsync<InconsistentStateException>(Storage.WriteStateAsync("purse", id, stale));
        read.State!.Name = "again";
        await Storage.WriteStateAsync("purse", id, read);
        read.ETag.ShouldBe("3");
    }

    [Fact]
    public async Task States_of_other_names_types_and_keys_are_others()
    {
        await Storage.WriteStateAsync("purse", GrainId.Create("user", "k"), new GrainState<Purse>(new Purse { Name = "1" }));
        await Storage.WriteStateAsync("other", GrainId.Create("user", "k"), new GrainState<Purse>(new Purse { Name = "2" }));
        await Storage.WriteStateAsync("purse", GrainId.Create("group", "k"), new GrainState<Purse>(new Purse { Name = "3" }));
        var read = new GrainState<Purse>();
        await Storage.ReadStateAsync("other", GrainId.Create("user", "k"), read);
        read.State!.Name.ShouldBe("2");
    }

    public sealed class Purse
    {
        public string Name { get; set; } = "";

        public decimal Amount { get; set; }

        public List<string> Tags { get; set; } = [];

        public DateTimeOffset When { get; set; }
    }
}
