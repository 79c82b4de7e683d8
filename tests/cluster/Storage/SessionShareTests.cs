using Bourse.Silo.Postgres;

namespace Bourse.Tests.Cluster.Storage;

public sealed class SessionShareTests : IDisposable
{
    private readonly string _folder = TestServer.NewFolder();

    private string Share => Path.Combine(_folder, "autogroup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_session_gets_more_than_one_process_of_PostgreSQL_while_ours_runs()
    {
        File.WriteAllText(Share, "/autogroup-25 nice 0\n");

        using (SessionShare.Raise(Share))
        {
            File.ReadAllText(Share).ShouldBe("-10");
        }

        File.ReadAllText(Share).ShouldBe("0");
    }

    [Theory]
    [InlineData("/autogroup-25 nice 10\n")]
    [InlineData("/autogroup-25 nice -5\n")]
    [InlineData("")]
    public void What_an_operator_has_set_and_what_is_not_known_stays(string told)
    {
        File.WriteAllText(Share, told);

        SessionShare.Raise(Share).Dispose();

        File.ReadAllText(Share).ShouldBe(told);
    }

    [Theory]
    [InlineData(-10, 1, "-10")]
    [InlineData(-10, 0.39, "-3")]
    [InlineData(-10, 0, "0")]
    [InlineData(0, 1, "as it was")]
    public void A_process_of_PostgreSQL_gets_a_part_of_what_ours_has_more_than_usual(int ours, double part, string after)
    {
        File.WriteAllText(Share, $"/autogroup-25 nice {ours}");
        var other = Share + "-26";
        File.WriteAllText(other, "as it was");

        SessionShare.Extend(Share, other, part);

        File.ReadAllText(other).ShouldBe(after);
    }

    [Fact]
    public void A_system_without_sessions_shares_is_left_alone()
    {
        SessionShare.Raise(Share).Dispose();

        File.Exists(Share).ShouldBeFalse();
    }
}
