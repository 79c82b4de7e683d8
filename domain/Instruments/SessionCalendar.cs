namespace Bourse.Domain.Instruments;

/// <summary>One run of trading: open at <paramref name="OpenMs"/>, closed from <paramref name="CloseMs"/> on, ms since 1970 UTC.</summary>
public readonly record struct Session(long OpenMs, long CloseMs);

/// <summary>When instruments trade. DAY orders end with the session that they were placed in. Stateless.</summary>
public abstract class SessionCalendar
{
    /// <summary>Day and night; a session is a day of UTC.</summary>
    public static SessionCalendar Always { get; } = new AlwaysCalendar();

    /// <summary>Sunday 17:00 to Friday 17:00 New York; a session ends each day at 17:00.</summary>
    public static SessionCalendar Fx { get; } = new FxCalendar();

    /// <summary>09:30 to 16:00 New York on weekdays that are no holiday of the New York Stock Exchange, to 13:00 before some.</summary>
    public static SessionCalendar UsEquity { get; } = new UsEquityCalendar();

    /// <summary>As instruments name it.</summary>
    public abstract string Name { get; }

    /// <summary>The calendar of a name; null for a name that there is not.</summary>
    public static SessionCalendar? Find(string name) => name switch
    {
        "always" => Always,
        "fx" => Fx,
        "us-equity" => UsEquity,
        _ => null,
    };

    /// <summary>As <see cref="Find"/>, for names that were checked before.</summary>
    /// <exception cref="ArgumentException">There is no such calendar.</exception>
    public static SessionCalendar Get(string name) =>
        Find(name) ?? throw new ArgumentException($"There is no calendar {name}.", nameof(name));

    /// <summary>The session that a moment is in, else the next one.</summary>
    public abstract Session SessionAtOrAfter(long timeMs);

    public virtual bool IsOpen(long timeMs) => SessionAtOrAfter(timeMs).OpenMs <= timeMs;

    /// <summary>When the session that a moment is in closes, else the next one; always after the moment.</summary>
    public long NextClose(long timeMs) => SessionAtOrAfter(timeMs).CloseMs;

    /// <summary>When a session opens next; always after the moment.</summary>
    public long NextOpen(long timeMs)
    {
        var session = SessionAtOrAfter(timeMs);
        return session.OpenMs > timeMs ? session.OpenMs : SessionAtOrAfter(session.CloseMs).OpenMs;
    }

    /// <summary>When the market opened last after having been closed, where a moment is in the session that began so; else null.</summary>
    public long? OpenedAt(long timeMs)
    {
        var open = SessionAtOrAfter(timeMs).OpenMs;
        return open <= timeMs && SessionAtOrAfter(open - 1).OpenMs == open ? open : null;
    }

    private sealed class AlwaysCalendar : SessionCalendar
    {
        private const long MsPerDay = 86_400_000;

        public override string Name => "always";

        public override bool IsOpen(long timeMs) => true;

        public override Session SessionAtOrAfter(long timeMs)
        {
            var open = timeMs - (((timeMs % MsPerDay) + MsPerDay) % MsPerDay);
            return new Session(open, open + MsPerDay);
        }
    }

    private sealed class FxCalendar : SessionCalendar
    {
        private static readonly TimeOnly Change = new(17, 0);

        public override string Name => "fx";

        public override Session SessionAtOrAfter(long timeMs)
        {
            var (date, msOfDay) = NewYorkTime.FromUtc(timeMs);
            var ends = msOfDay < Change.Ticks / TimeSpan.TicksPerMillisecond ? date : date.AddDays(1);
            while (ends.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
            {
                ends = ends.AddDays(1);
            }

            return new Session(NewYorkTime.ToUtc(ends.AddDays(-1), Change), NewYorkTime.ToUtc(ends, Change));
        }
    }

    private sealed class UsEquityCalendar : SessionCalendar
    {
        private static readonly TimeOnly Open = new(9, 30);
        private static readonly TimeOnly Close = new(16, 0);
        private static readonly TimeOnly EarlyClose = new(13, 0);

        public override string Name => "us-equity";

        public override Session SessionAtOrAfter(long timeMs)
        {
            // At most a long weekend and a holiday lie between two sessions: the loop ends within a week.
            for (var (date, _) = NewYorkTime.FromUtc(timeMs); ; date = date.AddDays(1))
            {
                if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || UsEquityHolidays.IsHoliday(date))
                {
                    continue;
                }

                var close = NewYorkTime.ToUtc(date, UsEquityHolidays.IsEarlyClose(date) ? EarlyClose : Close);
                if (timeMs < close)
                {
                    return new Session(NewYorkTime.ToUtc(date, Open), close);
                }
            }
        }
    }
}
