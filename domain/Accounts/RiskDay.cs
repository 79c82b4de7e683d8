using Bourse.Domain.Risk;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>What an account keeps of its day while its rules ask for it. Changed by its account only.</summary>
internal sealed class RiskDay
{
    public const long LengthMs = 86_400_000;

    private const int MaxDayTradesKept = 1_000;

    private readonly List<long> _dayTrades = [];
    private readonly SortedSet<string> _opened = new(StringComparer.Ordinal);

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

    /// <summary>Day trades of the last <see cref="AccountRules.DayTradeDays"/> days.</summary>
    public int DayTrades => _dayTrades.Count;

    public void Begin(long startMs, decimal equity)
    {
        (StartMs, BaseEquity) = (startMs, equity);
        Stop(null, 0, 0);
        _opened.Clear();
        _dayTrades.RemoveAll(day => day <= startMs - (AccountRules.DayTradeDays * LengthMs));
    }

    public void Stop(string? code, long limitsVersion, long accountVersion) => (StopCode, StopLimits, StopVersion) = (code, limitsVersion, accountVersion);

    /// <summary>A trade took the position from one size to another. Many closing trades after one opening are one day trade.</summary>
    public void Trade(string symbol, decimal before, decimal after, long timeMs)
    {
        if (timeMs - StartMs is < 0 or >= LengthMs)
        {
            return;
        }

        var flips = Math.Sign(after) * Math.Sign(before) < 0;
        if ((flips || Math.Abs(after) < Math.Abs(before)) && _opened.Remove(symbol) && _dayTrades.Count < MaxDayTradesKept)
        {
            _dayTrades.Add(StartMs);
        }

        if (flips || Math.Abs(after) > Math.Abs(before))
        {
            _opened.Add(symbol);
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
        foreach (var day in _dayTrades)
        {
            w.WriteCount(day);
        }

        w.WriteCount(_opened.Count);
        foreach (var symbol in _opened)
        {
            w.WriteString(symbol);
        }
    }

    public static RiskDay Load(ref WireReader r)
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
            day._dayTrades.Add(r.ReadCount());
        }

        for (var left = r.ReadLength(); left > 0; left--)
        {
            day._opened.Add(r.ReadString());
        }

        return day;
    }
}
