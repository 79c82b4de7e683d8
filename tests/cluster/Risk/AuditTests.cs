using Bourse.GrainInterfaces.Audit;
using Bourse.Silo.ReadModel.Verification;
using Bourse.Tests.Cluster.Orders;

namespace Bourse.Tests.Cluster.Risk;

/// <summary>The audit log in the cluster.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private BourseCluster _bourse = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestServer.MakeDatabase();
        _bourse = await BourseCluster.Start(_database);
    }

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Fact]
    public async Task An_entry_whose_answer_was_lost_stands_once_however_often_it_is_asked_for()
    {
        var log = _bourse.Grains.GetGrain<IAuditGrain>(IAuditGrain.Key);
        var record = new AuditRecord("limits.set", "who", "", "target", Id: Guid.NewGuid());
        _bourse.Faults.FailAfter(nameof(IAuditGrain.Append));
        await Should.ThrowAsync<TimeoutException>(() => log.Append(record));

        var (again, other) = (await log.Append(record), await log.Append(record with { Id = Guid.NewGuid() }));
        await _bourse.Cluster.DeactivateAsync(log);
        (await log.Append(record)).ShouldBe(again);
        (await log.Append(record with { Id = Guid.Empty })).ShouldBe(other + 1);
        (await log.Append(record with { Id = Guid.Empty })).ShouldBe(other + 2);

        var entries = (await log.Read(1, 100)).Entries;
        entries.Count(e => e.Event == record.Event).ShouldBe(4);
        (await Verifier.Run(_database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }
}
