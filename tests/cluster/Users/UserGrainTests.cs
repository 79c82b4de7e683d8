using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Bourse.Tests.Cluster.Users;

/// <summary>Users, their names and the key ring over time, on memory storage and a clock that the test sets on.</summary>
public sealed class UserGrainTests : IAsyncLifetime
{
    private readonly SetClock _clock = new();
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorage("bourse");
            silo.Services.AddSingleton<TimeProvider>(_clock);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_claim_whose_user_was_never_made_falls_free_after_a_minute()
    {
        var name = Name("email:a@x.example");
        (await name.Claim("one")).ShouldBeTrue();
        (await name.Claim("one")).ShouldBeTrue();
        (await name.Claim("two")).ShouldBeFalse();

        _clock.Add(TimeSpan.FromSeconds(61));
        (await name.Claim("two")).ShouldBeTrue();
        (await name.Resolve()).ShouldBe("two");
    }

    [Fact]
    public async Task A_claim_of_a_user_who_is_there_stands_for_ever()
    {
        var name = Name("name:b");
        await name.Claim("one-b");
        await User("one-b").Create(New);
        _clock.Add(TimeSpan.FromDays(400));
        (await name.Claim("two-b")).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_the_holder_gives_a_name_back()
    {
        var name = Name("name:c");
        await name.Claim("one-c");
        await name.Release("two-c");
        (await name.Resolve()).ShouldBe("one-c");
        await name.Release("one-c");
        (await name.Claim("two-c")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_user_is_made_once()
    {
        var user = User("d");
        var first = await user.Create(New);
        (await user.Create(New)).CreatedAt.ShouldBe(first.CreatedAt);
        await Should.ThrowAsync<InvalidOperationException>(() => user.Create(New with { Email = "other@x.example" }));
        (await User("nobody").Get()).ShouldBeNull();
        (await User("nobody").GetCredential()).ShouldBeNull();
        (await User("nobody").StartSession(new SessionStart("f", "h", null))).ShouldBeNull();
    }

    [Fact]
    public async Task Pauses_after_wrong_passwords_grow_to_a_bound_and_end_with_a_right_one()
    {
        var user = User("e");
        await user.Create(New);
        TimeSpan[] pauses = [TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)];
        for (var i = 0; i < 4; i++)
        {
            await user.LoginFailed();
        }

        (await user.GetCredential())!.LockedUntil.ShouldBeNull();
        foreach (var pause in pauses)
        {
            await user.LoginFailed();
            (await user.GetCredential())!.LockedUntil.ShouldBe(_clock.GetUtcNow() + pause);
            await user.LoginFailed(); // while locked out nothing is counted
            _clock.Add(pause);
            (await user.GetCredential())!.LockedUntil.ShouldBeNull();
        }

        for (var i = 0; i < 40; i++)
        {
            await user.LoginFailed();
            _clock.Add(TimeSpan.FromMinutes(15));
        }

        await user.LoginFailed();
        ((await user.GetCredential())!.LockedUntil - _clock.GetUtcNow()).ShouldBe(TimeSpan.FromMinutes(15));
        await user.StartSession(new SessionStart("f", "h", null));
        (await user.GetCredential())!.LockedUntil.ShouldBeNull();
    }

    [Fact]
    public async Task A_session_ends_a_week_after_its_last_use()
    {
        var user = User("f");
        await user.Create(New);
        await user.StartSession(new SessionStart("family", "h1", null));
        _clock.Add(TimeSpan.FromDays(6));
        (await user.RotateSession(new SessionRotation("family", "h1", "h2"))).Kind.ShouldBe(RotateKind.Done);
        _clock.Add(TimeSpan.FromDays(6));
        (await user.RotateSession(new SessionRotation("family", "h2", "h3"))).Kind.ShouldBe(RotateKind.Done);
        _clock.Add(TimeSpan.FromDays(7));
        (await user.RotateSession(new SessionRotation("family", "h3", "h4"))).Kind.ShouldBe(RotateKind.Unknown);
    }

    [Fact]
    public async Task Of_more_than_twenty_sessions_the_one_unused_for_longest_ends()
    {
        var user = User("g");
        await user.Create(New);
        for (var i = 0; i < 21; i++)
        {
            await user.StartSession(new SessionStart($"family {i}", "h", null));
        }

        (await user.RotateSession(new SessionRotation("family 0", "h", "h2"))).Kind.ShouldBe(RotateKind.Unknown);
        (await user.RotateSession(new SessionRotation("family 1", "h", "h2"))).Kind.ShouldBe(RotateKind.Done);
        (await user.RotateSession(new SessionRotation("family 20", "h", "h2"))).Kind.ShouldBe(RotateKind.Done);
    }

    [Fact]
    public async Task The_signing_key_is_replaced_every_month_and_the_old_one_verifies_until_the_next()
    {
        var ring = _cluster.Client.GetGrain<IKeyRingGrain>(IKeyRingGrain.AccessTokens);
        var first = (await ring.Get("first")).Keys.ShouldHaveSingleItem();
        (await ring.Get("unused")).Keys.ShouldHaveSingleItem().ShouldBe(first);
        first.Secret.ShouldBe("first");
        await ring.Reseal(first.Kid, "another", "wrong");
        await ring.Reseal(first.Kid, "first", "sealed anew");
        first = first with { Secret = "sealed anew" };

        _clock.Add(TimeSpan.FromDays(31));
        var second = (await ring.Get("second")).Keys;
        second.Count.ShouldBe(2);
        second[1].ShouldBe(first);

        _clock.Add(TimeSpan.FromDays(31));
        var third = (await ring.Get("third")).Keys;
        third.Select(key => key.Kid).ShouldNotContain(first.Kid);
        third[1].ShouldBe(second[0]);
    }

    private static CreateUser New { get; } = new("u@x.example", "u", "hash");

    private IUserGrain User(string id) => _cluster.Client.GetGrain<IUserGrain>(id);

    private IUserNameGrain Name(string key) => _cluster.Client.GetGrain<IUserNameGrain>(key);

    private sealed class SetClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Add(TimeSpan time) => _now += time;
    }
}
