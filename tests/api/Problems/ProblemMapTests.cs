using System.Runtime.InteropServices;
using Bourse.ApiHost.Problems;
using Npgsql;
using Orleans.Runtime;

namespace Bourse.Tests.Api.Problems;

public sealed class ProblemMapTests
{
    /// <summary>An <see cref="ExternalException"/> is what a database's exception is when it has come from another process.</summary>
    public static TheoryData<Exception> Outages => [new NpgsqlException("away"), new ExternalException("away"), new TimeoutException(), new OrleansException("away")];

    [Theory]
    [MemberData(nameof(Outages))]
    public void What_is_away_is_a_503_here_and_from_another_process(Exception outage) => ProblemMap.Of(outage)!.Status.ShouldBe(503);

    [Fact]
    public void A_bug_is_no_problem_of_the_caller() => ProblemMap.Of(new InvalidOperationException("bug")).ShouldBeNull();
}
