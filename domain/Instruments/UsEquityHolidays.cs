namespace Bourse.Domain.Instruments;

/// <summary>
/// The New York Stock Exchange's holidays and early closes by its Rule 7.2 as it has stood since 2022 (Juneteenth from that year on). Days of mourning and
/// storms have no rule: such a day is an instrument's status.
/// </summary>
internal static class UsEquityHolidays
{
    public static bool IsHoliday(DateOnly date)
    {
        if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
        {
            return false;
        }

        var year = date.Year;
        return date.Month switch
        {
            1 => date == NewYear(year) || date == Dates.NthWeekday(year, 1, DayOfWeek.Monday, 3),
            2 => date == Dates.NthWeekday(year, 2, DayOfWeek.Monday, 3),
            3 or 4 => date == Dates.Easter(year).AddDays(-2),
            5 => date == Dates.LastWeekday(year, 5, DayOfWeek.Monday),
            6 => year >= 2022 && date == Observed(new DateOnly(year, 6, 19)),
            7 => date == Observed(new DateOnly(year, 7, 4)),
            9 => date == Dates.NthWeekday(year, 9, DayOfWeek.Monday, 1),
            11 => date == Dates.NthWeekday(year, 11, DayOfWeek.Thursday, 4),
            12 => date == Observed(new DateOnly(year, 12, 25)),
            _ => false,
        };
    }

    /// <summary>Closes at 13:00: the day after Thanksgiving, and 3 July and 24 December where the next day is a holiday on a weekday and they are trading days.</summary>
    public static bool IsEarlyClose(DateOnly date) => (date.Month, date.Day) switch
    {
        (7, 3) or (12, 24) => date.DayOfWeek is >= DayOfWeek.Monday and <= DayOfWeek.Thursday,
        (11, _) => date == Dates.NthWeekday(date.Year, 11, DayOfWeek.Thursday, 4).AddDays(1),
        _ => false,
    };

    /// <summary>On a Sunday it is kept on Monday; on a Saturday it is not kept, because Friday ends the accounting year.</summary>
    private static DateOnly NewYear(int year)
    {
        var day = new DateOnly(year, 1, 1);
        return day.DayOfWeek == DayOfWeek.Sunday ? day.AddDays(1) : day;
    }

    private static DateOnly Observed(DateOnly day) => day.DayOfWeek switch
    {
        DayOfWeek.Saturday => day.AddDays(-1),
        DayOfWeek.Sunday => day.AddDays(1),
        _ => day,
    };
}
