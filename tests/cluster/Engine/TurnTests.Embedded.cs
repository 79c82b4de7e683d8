using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Under Orleans a chain of calls that comes back waits until it times out, and calls to a grain that just comes to life may overtake each other.</summary>
public sealed partial class TurnTests
{
    [Theory]
    [InlineData("a", "b", "a")]
    [InlineData("c", "c")]
    [InlineData("d", "r-d", "d")]
    public async Task A_call_chain_that_comes_back_to_a_busy_grain_fails_at_once_and_says_why(params string[] path)
    {
        var error = await Should.ThrowAsync<OrleansException>(Next(path[0]).CallAlong(path[1..], allowReturn: false));

        error.Message.ShouldContain("Deadlock");
        error.Message.ShouldContain(path[0]);
        (await Next(path[0]).CallAlong([], allowReturn: false)).ShouldBe("end");
    }

    [Fact]
    public async Task Calls_of_one_grain_to_another_arrive_in_the_order_they_were_sent()
    {
        await Plain("sender").NoteAt("receiver", 5_000);

        (await Plain("receiver").Notes()).ShouldBe(Enumerable.Range(0, 5_000));
    }
}
