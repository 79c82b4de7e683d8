using System.Globalization;
using System.Text.Json;
using Bourse.Domain.Instruments;

namespace Bourse.Tests.Unit.Instruments;

public sealed class SessionCalendarTests
{
    [Theory]

    // Summer time: New York is UTC-4. 2026-06-15 is a Monday.
    [InlineData("us-equity", "2026-06-15T13:29:59.999Z", false)]
    [InlineData("us-equity", "2026-06-15T13:30:00Z", true)]
    [InlineData("us-equity", "2026-06-15T19:59:59.999Z", true)]
    [InlineData("us-equity", "2026-06-15T20:00:00Z", false)]
    [InlineData("us-equity", "2026-06-13T15:00:00Z", false)]
    [InlineData("us-equity", "2026-06-19T15:00:00Z", false)]

    // Winter: UTC-5.
    [InlineData("us-equity", "2026-01-15T14:29:59Z", false)]
    [InlineData("us-equity", "2026-01-15T14:30:00Z", true)]
    [InlineData("us-equity", "2026-01-15T20:59:59Z", true)]

    // The Mondays after the clock changed, 2026-03-08 and 2026-11-01.
    [InlineData("us-equity", "2026-03-06T14:00:00Z", false)]
    [InlineData("us-equity", "2026-03-09T13:30:00Z", true)]
    [InlineData("us-equity", "2026-10-30T13:30:00Z", true)]
    [InlineData("us-equity", "2026-11-02T14:00:00Z", false)]

    // The day after Thanksgiving ends at 13:00.
    [InlineData("us-equity", "2026-11-27T17:59:59Z", true)]
    [InlineData("us-equity", "2026-11-27T18:00:00Z", false)]
    [InlineData("fx", "2026-06-12T20:59:59Z", true)]
    [InlineData("fx", "2026-06-12T21:00:00Z", false)]
    [InlineData("fx", "2026-06-13T12:00:00Z", false)]
    [InlineData("fx", "2026-06-14T20:59:59Z", false)]
    [InlineData("fx", "2026-06-14T21:00:00Z", true)]
    [InlineData("fx", "2026-06-17T21:00:00Z", true)]
    [InlineData("fx", "2026-03-08T20:59:59Z", false)]
    [InlineData("fx", "2026-03-08T21:00:00Z", true)]
    [InlineData("always", "2026-06-13T03:00:00Z", true)]
    public void A_market_is_open_in_its_sessions(string calendar, string time, bool open) =>
        SessionCalendar.Get(calendar).IsOpen(Ms(time)).ShouldBe(open);

    [Theory]
    [InlineData("always", "2026-06-15T13:00:00Z", "2026-06-16T00:00:00Z", "2026-06-16T00:00:00Z")]
    [InlineData("always", "2026-06-15T00:00:00Z", "2026-06-16T00:00:00Z", "2026-06-16T00:00:00Z")]
    [InlineData("us-equity", "2026-06-15T15:00:00Z", "2026-06-15T20:00:00Z", "2026-06-16T13:30:00Z")]
    [InlineData("us-equity", "2026-06-15T20:00:00Z", "2026-06-16T20:00:00Z", "2026-06-16T13:30:00Z")]
    [InlineData("us-equity", "2026-07-02T22:00:00Z", "2026-07-06T20:00:00Z", "2026-07-06T13:30:00Z")]
    [InlineData("fx", "2026-06-15T15:00:00Z", "2026-06-15T21:00:00Z", "2026-06-15T21:00:00Z")]
    [InlineData("fx", "2026-06-12T22:00:00Z", "2026-06-15T21:00:00Z", "2026-06-14T21:00:00Z")]
    public void The_next_close_and_open_are_after_the_moment(string calendar, string time, string close, string open)
    {
        var sessions = SessionCalendar.Get(calendar);
        sessions.NextClose(Ms(time)).ShouldBe(Ms(close));
        sessions.NextOpen(Ms(time)).ShouldBe(Ms(open));
    }

    [Theory]
    [InlineData("always")]
    [InlineData("fx")]
    [InlineData("us-equity")]
    public void Sessions_follow_each_other(string name)
    {
        var calendar = SessionCalendar.Get(name);
        calendar.Name.ShouldBe(name);
        var session = calendar.SessionAtOrAfter(Ms("2024-01-01T00:00:00Z"));
        for (var i = 0; i < 1_000; i++)
        {
            session.OpenMs.ShouldBeLessThan(session.CloseMs);
            calendar.SessionAtOrAfter(session.OpenMs).ShouldBe(session);
            calendar.SessionAtOrAfter(session.CloseMs - 1).ShouldBe(session);
            calendar.IsOpen(session.OpenMs - 1).ShouldBe(calendar.SessionAtOrAfter(session.OpenMs - 1) != session);
            var next = calendar.SessionAtOrAfter(session.CloseMs);
            next.OpenMs.ShouldBeGreaterThanOrEqualTo(session.CloseMs);
            session = next;
        }
    }

    [Theory]
    [InlineData("us-equity", "2026-06-15T19:59:00Z", "2026-06-15T13:30:00Z")]
    [InlineData("us-equity", "2026-06-15T13:29:00Z", null)]
    [InlineData("fx", "2026-06-14T21:00:00Z", "2026-06-14T21:00:00Z")]
    [InlineData("fx", "2026-06-15T21:00:00Z", null)]
    [InlineData("always", "2026-06-15T13:00:00Z", null)]
    public void A_market_opens_where_it_was_closed_before(string name, string time, string? opened) =>
        SessionCalendar.Get(name).OpenedAt(Ms(time)).ShouldBe(opened is null ? (long?)null : Ms(opened));

    [Fact]
    public void A_name_that_there_is_not_has_no_calendar()
    {
        SessionCalendar.Find("lunar").ShouldBeNull();
        Should.Throw<ArgumentException>(() => SessionCalendar.Get("lunar"));
    }

    /// <summary>Against the sessions that QuantConnect's database lists, without the closes that no rule tells (storms and mourning).</summary>
    [SharedDataFact]
    public void Holidays_and_early_closes_are_those_of_the_exchange()
    {
        using var database = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(SharedData.Folder!, "market-hours", "market-hours-database.json")));
        var entry = database.RootElement.GetProperty("entries").GetProperty("Equity-usa-[*]");
        HashSet<DateOnly> unscheduled = [new(2018, 12, 5), new(2025, 1, 9)];
        var holidays = entry.GetProperty("holidays").EnumerateArray().Select(d => Date(d.GetString()!)).Except(unscheduled).ToHashSet();
        var early = entry.GetProperty("earlyCloses").EnumerateObject().Select(d => Date(d.Name)).ToHashSet();
        for (var date = new DateOnly(2013, 1, 1); date < new DateOnly(2029, 1, 1); date = date.AddDays(1))
        {
            var morning = new DateTimeOffset(date.ToDateTime(new TimeOnly(15, 0)), TimeSpan.Zero).ToUnixTimeMilliseconds();
            var trading = date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !holidays.Contains(date);
            SessionCalendar.UsEquity.IsOpen(morning).ShouldBe(trading, date.ToString("O"));
            if (trading)
            {
                var session = SessionCalendar.UsEquity.SessionAtOrAfter(morning);
                (session.CloseMs - session.OpenMs).ShouldBe(early.Contains(date) ? 12_600_000L : 23_400_000L, date.ToString("O"));
            }
        }
    }

    private static long Ms(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "M/d/yyyy", CultureInfo.InvariantCulture);
}
