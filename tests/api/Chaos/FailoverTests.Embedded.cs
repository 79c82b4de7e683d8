namespace Bourse.Tests.Api.Chaos;

public sealed partial class FailoverTests
{
    private const string LeaseHasRunOut = " Orleans[4013] ";

    [Fact]
    public async Task A_standby_that_is_promoted_after_all_leases_have_run_out_goes_on_likewise()
    {
        var data = TestServer.NewFolder();
        await Run(data, cluster => ApiFixture.Until(() => Task.FromResult(cluster.Silos.All(silo => cluster.LogOf(silo).Contains(LeaseHasRunOut, StringComparison.Ordinal)))));
        Directory.Delete(data, recursive: true);
    }
}
