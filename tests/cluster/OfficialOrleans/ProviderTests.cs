using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streaming.EventHubs;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.OfficialOrleans;

/// <summary>Orleans' ADO.NET providers on the statements that our migrations give them.</summary>
public sealed class ProviderTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private SiloStorage _storage = null!;

    public async Task InitializeAsync() => _storage = await SiloStorage.OpenAsync(
        postgres.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [Fact]
    public async Task Silos_on_one_database_are_one_cluster_and_one_that_stops_leaves_it()
    {
        using var first = await StartSilo();
        using (var second = await StartSilo())
        {
            await Eventually.Holds(async () => await ActiveSilos(first) == 2);
            await second.StopAsync();
        }

        await Eventually.Holds(async () => await ActiveSilos(first) == 1);
        await first.StopAsync();
        (await Scalar("SELECT count(*) FROM orleans_silo WHERE status = 3")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_silo_that_ended_without_leaving_is_marked_dead_by_the_next_that_starts()
    {
        // Port 1 of this machine: nobody listens there.
        await Scalar("INSERT INTO orleans_cluster (deployment) VALUES ('default') ON CONFLICT DO NOTHING RETURNING 1");
        await Scalar("""
            INSERT INTO orleans_silo (deployment, address, port, generation, name, host_name, status, proxy_port, started_at, alive_at)
            VALUES ('default', '127.0.0.1', 1, 7, 'gone', 'here', 3, 0, clock_timestamp(), clock_timestamp()) RETURNING 1
            """);

        using var silo = await StartSilo();

        (await Scalar("SELECT status FROM orleans_silo WHERE generation = 7")).ShouldBe((int)SiloStatus.Dead);
        (await ActiveSilos(silo)).ShouldBe(1);
        await silo.StopAsync();
    }

    [Fact]
    public async Task A_state_is_written_once_for_each_version()
    {
        using var silo = await StartSilo();
        var storage = silo.Services.GetRequiredKeyedService<IGrainStorage>("PubSubStore");
        foreach (var id in new[] { GrainId.Create("rendezvous", "a text"), GrainId.Create("rendezvous", Guid.NewGuid().ToString("N")), GrainId.Create("rendezvous", "2a") })
        {
            var first = new GrainState<List<string>>(["first"]);
            var second = new GrainState<List<string>>(["second"]);
            await storage.ReadStateAsync("state", id, second);
            second.RecordExists.ShouldBeFalse();
            await storage.WriteStateAsync("state", id, first);
            second.State = ["second"];
            await Should.ThrowAsync<InconsistentStateException>(storage.WriteStateAsync("state", id, second));

            await storage.ReadStateAsync("state", id, second);
            second.State.ShouldBe(["first"]);
            await storage.WriteStateAsync("state", id, first);
            await Should.ThrowAsync<InconsistentStateException>(storage.WriteStateAsync("state", id, second));
            await Should.ThrowAsync<InconsistentStateException>(storage.ClearStateAsync("state", id, second));

            await storage.ClearStateAsync("state", id, first);
            await storage.ReadStateAsync("state", id, second);
            second.RecordExists.ShouldBeFalse();
            second.State = ["again"];
            await storage.WriteStateAsync("state", id, second);
            second.ETag.ShouldBe("4", "no version ever comes back");
        }

        await silo.StopAsync();
    }

    [Fact]
    public async Task Reminders_are_found_by_grain_name_and_range_and_change_by_version()
    {
        using var silo = await StartSilo();
        var table = silo.Services.GetRequiredService<IReminderTable>();
        var id = GrainId.Create("reminded", "one");
        var start = new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var entry = new ReminderEntry { GrainId = id, ReminderName = "wake", StartAt = start, Period = TimeSpan.FromMinutes(5) };

        var first = await table.UpsertRow(entry);
        var second = await table.UpsertRow(entry);

        second.ShouldNotBe(first);
        var read = await table.ReadRow(id, "wake");
        (read!.StartAt, read.Period, read.ETag).ShouldBe((start, TimeSpan.FromMinutes(5), second));
        (await table.ReadRow(id, "other")).ShouldBeNull();
        (await table.ReadRows(id)).Reminders.ShouldHaveSingleItem();
        var hash = id.GetUniformHashCode();
        (await table.ReadRows(hash - 1, hash)).Reminders.ShouldHaveSingleItem();
        (await table.ReadRows(hash, hash - 1)).Reminders.ShouldBeEmpty();
        (await table.RemoveRow(id, "wake", first!)).ShouldBeFalse();
        (await table.RemoveRow(id, "wake", second!)).ShouldBeTrue();
        (await table.ReadRows(id)).Reminders.ShouldBeEmpty();
        await silo.StopAsync();
    }

    [Fact]
    public async Task Who_subscribes_is_kept_where_the_next_silo_finds_it()
    {
        for (var starts = 1; starts <= 2; starts++)
        {
            using var silo = await StartSilo();
            var heard = new TaskCompletionSource<Quote>(TaskCreationOptions.RunContinuationsAsynchronously);
            var stream = silo.Services.GetRequiredService<IClusterClient>().GetStreamProvider(Streams.Provider).GetStream<Quote>(StreamId.Create(Streams.Quotes, "KEPT"));
            await stream.SubscribeAsync((quote, _) =>
            {
                heard.TrySetResult(quote);
                return Task.CompletedTask;
            });

            await stream.OnNextAsync(new Quote("KEPT", 1m, null, null, null, null, null, null, 0m, 1, 1));

            (await heard.Task.WaitAsync(TimeSpan.FromSeconds(60))).Symbol.ShouldBe("KEPT");
            (await Scalar("SELECT count(*) FROM orleans_state WHERE key_text LIKE '%KEPT' AND payload IS NOT NULL")).ShouldBe(1L);
            await silo.StopAsync();
        }
    }

    [Fact]
    public void A_hub_that_is_configured_carries_the_streams_in_place_of_memory()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["Streams:EventHubs:ConnectionString"] = "Endpoint=sb://hub.example/;SharedAccessKeyName=name;SharedAccessKey=a2V5";
        builder.Configuration["Streams:EventHubs:Hub"] = "bourse";
        builder.UseOrleans(silo => silo.ServeAlone().AddBourseGrains(_storage));
        using var host = builder.Build();

        host.Services.GetRequiredKeyedService<IQueueAdapterFactory>(GrainInterfaces.Streams.Provider).ShouldBeOfType<EventHubAdapterFactory>();
    }

    private async Task<IHost> StartSilo()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.ServeAmongOthers(postgres.ConnectionString).AddBourseGrains(_storage));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<int> ActiveSilos(IHost silo) => (await silo.Services.GetRequiredService<IGrainFactory>()
        .GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count;

    private async Task<object?> Scalar(string sql)
    {
        await using var command = postgres.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
