using Bourse.Domain.Instruments;
using Bourse.Domain.Risk;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>What an account keeps of its day while its rules ask for it. Changed by its account only.</summary>
internal sealed class RiskDay
{
    public const long LengthMs = 86_400_000;

    private const int MaxDayTradesKept = 1_000;

    // Until when each counts.
    private readonly List<long> _dayTrades = [];

    // The end of the session in which a position was opened or made larger last.
    private readonly SortedDictionary<string, long> _opened = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _calendars = new(StringComparer.Ordinal);

    /// <summary>When it began, ms since 1970 UTC.</summary>
    public long StartMs { get; private set; }

    /// <summary>Equity when the day began for this account, with what was paid in since.</summary>
    public decimal BaseEquity { get; set; }

    /// <summary>Set once the day has lost too much.</summary>
    public string? StopCode { get; private set; }

    /// <summary>The version of the limits that stopped it.</summary>
    public long StopLimits { get; private set; }

    /// <summary>The account's version then: orders of before are to be cancelled.</summary>
    public long StopVersion { get; private set; }

    public static long StartOf(long timeMs) => timeMs - (timeMs % LengthMs);

    /// <summary>Day trades of the last <see cref="AccountRules.DayTradeSessions"/> sessions of their instruments.</summary>
    public int CountDayTrades(long nowMs) => _dayTrades.Count(until => until > nowMs);

    /// <summary>Whose sessions a symbol's day trades are counted by.</summary>
    public string CalendarOf(string symbol) => _calendars.GetValueOrDefault(symbol) ?? SessionCalendar.Always.Name;

    public void Note(string symbol, string calendar) => _calendars[symbol] = calendar;

    public void Begin(long startMs, decimal equity)
    {
        (StartMs, BaseEquity) = (startMs, equity);
        Stop(null, 0, 0);
        _dayTrades.RemoveAll(until => until <= startMs);
        foreach (var symbol in _opened.Where(o => o.Value <= startMs).Select(o => o.Key).ToArray())
        {
            _opened.Remove(symbol);
        }
    }

    public void Stop(string? code, long limitsVersion, long accountVersion) => (StopCode, StopLimits, StopVersion) = (code, limitsVersion, accountVersion);

    /// <summary>A trade took the position from one size to another. Many closing trades after one opening are one day trade.</summary>
    public void Trade(string symbol, decimal before, decimal after, long timeMs)
    {
        var calendar = SessionCalendar.Get(CalendarOf(symbol));
        var end = calendar.NextClose(timeMs);
        var flips = Math.Sign(after) * Math.Sign(before) < 0;
        if ((flips || Math.Abs(after) < Math.Abs(before)) && _opened.Remove(symbol, out var opened) && opened == end && _dayTrades.Count < MaxDayTradesKept)
        {
            var until = end;
            for (var more = AccountRules.DayTradeSessions - 1; more > 0; more--)
            {
                until = calendar.NextClose(until);
            }

            _dayTrades.Add(until);
        }

        if (flips || Math.Abs(after) > Math.Abs(before))
        {
            _opened[symbol] = end;
        }
    }

    public void Save(ref WireWriter w)
    {
        w.WriteCount(StartMs);
        w.WriteDecimal(BaseEquity);
        w.WriteStringOrNull(StopCode);
        w.WriteCount(StopLimits);
        w.WriteCount(StopVersion);
        w.WriteCount(_dayTrades.Count);
        foreach (var until in _dayTrades)
        {
            w.WriteCount(until);
        }

        w.WriteCount(_opened.Count);
        foreach (var (symbol, end) in _opened)
        {
            w.WriteString(symbol);
            w.WriteCount(end);
        }

        w.WriteCount(_calendars.Count);
        foreach (var (symbol, calendar) in _calendars)
        {
            w.WriteString(symbol);
            w.WriteString(calendar);
        }
    }

    /// <param name="hasSessions">False for bytes of before sessions were counted: then day trades are the starts of days of UTC.</param>
    public static RiskDay Load(ref WireReader r, bool hasSessions)
    {
        var day = new RiskDay
        {
            StartMs = r.ReadCount(),
            BaseEquity = r.ReadDecimal(),
            StopCode = r.ReadStringOrNull(),
            StopLimits = r.ReadCount(),
            StopVersion = r.ReadCount(),
        };
        for (var left = r.ReadLength(); left > 0; left--)
        {
            day._dayTrades.Add(r.ReadCount() + (hasSessions ? 0 : AccountRules.DayTradeSessions * LengthMs));
        }

        for (var left = r.ReadLength(); left > 0; left--)
        {
            day._opened[r.ReadString()] = hasSessions ? r.ReadCount() : day.StartMs + LengthMs;
        }

        for (var left = hasSessions ? r.ReadLength() : 0; left > 0; left--)
        {
            day.Note(r.ReadString(), r.ReadString());
        }

        return day;
    }
}
