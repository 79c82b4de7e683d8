using Bourse.Tests.Cluster.Engine.Grains;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Under Orleans a grain that calls itself waits until the call times out, and a request that meets a grain that goes again and again is refused.</summary>
public sealed partial class LifeTests
{
    [Fact]
    public async Task A_grain_that_calls_itself_while_it_activates_gets_a_clear_error() =>
        (await Should.ThrowAsync<OrleansException>(Grain("calls-itself").Look())).Message.ShouldContain("Deadlock");

    [Fact]
    public async Task Requests_that_come_while_a_grain_goes_are_all_carried_out_in_order()
    {
        await Grain("recorder").RecordAt("recorded", 2_000);

        LifeGrain.Records["recorded"].ShouldBe(Enumerable.Range(0, 2_000));
        Gates.CountOf(LifeGrain.Deactivations("recorded")).ShouldBeGreaterThan(1);
    }
}
