namespace Bourse.Domain.Instruments;

/// <summary>
/// The wall clock of New York by rule: daylight saving from the second Sunday of March to the first Sunday of November, changing at 02:00
/// (US Energy Policy Act of 2005, in force since 2007; earlier years are told by the same rule).
/// </summary>
internal static class NewYorkTime
{
    private const long MsPerHour = 3_600_000;
    private const long MsPerDay = 86_400_000;
    private static readonly int EpochDay = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>The date in New York, and ms since its midnight as the clock shows them.</summary>
    public static (DateOnly Date, long MsOfDay) FromUtc(long utcMs)
    {
        var standard = utcMs - (5 * MsPerHour);
        var date = DateOf(standard);

        // Summer time begins at 02:00 and ends at 01:00 by the standard clock.
        var summer = IsBetweenChanges(date, standard - StartOf(date));
        var local = summer ? standard + MsPerHour : standard;
        date = DateOf(local);
        return (date, local - StartOf(date));
    }

    /// <summary>The moment when New York's clock shows a time that is not within a change (02:00 to 03:00 on two Sundays).</summary>
    public static long ToUtc(DateOnly date, TimeOnly time)
    {
        var local = time.Ticks / TimeSpan.TicksPerMillisecond;
        var summer = IsBetweenChanges(date, local);
        return StartOf(date) + local + ((summer ? 4 : 5) * MsPerHour);
    }

    private static bool IsBetweenChanges(DateOnly date, long msOfDay)
    {
        if (date.Month is < 3 or > 11 || date.Month is > 3 and < 11)
        {
            return date.Month is > 3 and < 11;
        }

        var spring = date.Month == 3;
        var change = spring ? Dates.NthWeekday(date.Year, 3, DayOfWeek.Sunday, 2) : Dates.NthWeekday(date.Year, 11, DayOfWeek.Sunday, 1);
        if (date != change)
        {
            return date > change == spring;
        }

        return spring ? msOfDay >= 2 * MsPerHour : msOfDay < MsPerHour;
    }

    private static DateOnly DateOf(long localMs) => DateOnly.FromDayNumber(EpochDay + (int)Math.DivRem(localMs, MsPerDay).Quotient);

    private static long StartOf(DateOnly date) => (date.DayNumber - EpochDay) * MsPerDay;
}

/// <summary>Dates by rule.</summary>
internal static class Dates
{
    /// <param name="nth">1 for the month's first such day.</param>
    public static DateOnly NthWeekday(int year, int month, DayOfWeek day, int nth)
    {
        var first = new DateOnly(year, month, 1);
        return first.AddDays((((int)day - (int)first.DayOfWeek + 7) % 7) + (7 * (nth - 1)));
    }

    public static DateOnly LastWeekday(int year, int month, DayOfWeek day)
    {
        var last = new DateOnly(year, month, DateTime.DaysInMonth(year, month));
        return last.AddDays(-(((int)last.DayOfWeek - (int)day + 7) % 7));
    }

    /// <summary>Easter Sunday of the Gregorian calendar (the anonymous algorithm in J. Meeus, Astronomical Algorithms, chapter 8).</summary>
    public static DateOnly Easter(int year)
    {
        var a = year % 19;
        var (b, c) = (year / 100, year % 100);
        var h = ((19 * a) + b - (b / 4) - ((b - ((b + 8) / 25) + 1) / 3) + 15) % 30;
        var l = (32 + (2 * (b % 4)) + (2 * (c / 4)) - h - (c % 4)) % 7;
        var m = (a + (11 * h) + (22 * l)) / 451;
        var n = h + l - (7 * m) + 114;
        return new DateOnly(year, n / 31, (n % 31) + 1);
    }
}
