using System.Globalization;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Instruments;

namespace Bourse.ApiHost.Market;

/// <summary>When the markets are open: <c>clock</c> and <c>calendar</c>, each for a calendar that instruments name (<c>us-equity</c> unless asked otherwise).</summary>
public static class SessionEndpoints
{
    private const int DefaultDays = 30;
    private const int MaxDays = 366;
    private const string DefaultCalendar = "us-equity";
    private static readonly DateTimeOffset s_earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IResult GetClock(TimeProvider clock, HttpRequest request)
    {
        var calendar = Calendar(new QueryInput(request.Query));
        var now = clock.GetUtcNow();
        var ms = now.ToUnixTimeMilliseconds();
        return Answer.Json(new ClockJson(now, calendar.Name, calendar.IsOpen(ms), Time(calendar.NextOpen(ms)), Time(calendar.NextClose(ms))));
    }

    /// <summary>Sessions that open in [start, end], at most a year of them.</summary>
    public static IResult GetCalendar(TimeProvider clock, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        var calendar = Calendar(input);
        var start = input.Time("start") ?? clock.GetUtcNow().UtcDateTime.Date;
        var end = input.Time("end") ?? start.AddDays(DefaultDays);
        if (start < s_earliest || end > s_latest || end < start || (end - start).TotalDays > MaxDays)
        {
            throw new ProblemException(Problem.Malformed("end", $"start and end are to be at most {MaxDays} days apart, between 1990 and 2100."));
        }

        var sessions = new List<SessionJson>();
        var endMs = end.ToUnixTimeMilliseconds();
        for (var session = calendar.SessionAtOrAfter(start.ToUnixTimeMilliseconds()); session.OpenMs <= endMs; session = calendar.SessionAtOrAfter(session.CloseMs))
        {
            var open = Time(session.OpenMs);
            sessions.Add(new SessionJson(open.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), open, Time(session.CloseMs)));
        }

        return Answer.Json(new ListJson<SessionJson>(sessions, null));
    }

    private static SessionCalendar Calendar(QueryInput input) =>
        SessionCalendar.Get(input.OneOf("calendar", DefaultCalendar, DefaultCalendar, "always", "fx"));

    private static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
