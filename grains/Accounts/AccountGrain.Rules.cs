using System.Security.Cryptography;
using System.Text;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>The rules that look at all of the account at the newest prices: while it orders, and each second that it is exposed.</summary>
public sealed partial class AccountGrain
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_atOnce = TimeSpan.FromMilliseconds(1);

    private const int MaxUntold = 16;

    // What the audit log has not taken yet.
    private readonly Queue<AuditRecord> _untold = new();
    private IGrainTimer? _watch;
    private bool _isCalled;

    public Task TakeLimits(LimitsView limits)
    {
        _limits.Put(limits.ToDomain());
        return Look();
    }

    private async Task<Dictionary<string, Mark>> Marks(string? symbol = null)
    {
        var symbols = _account.ExposedSymbols();
        if (symbol is not null)
        {
            symbols.Add(symbol);
        }

        var marks = new Dictionary<string, Mark>(symbols.Count, StringComparer.Ordinal);
        foreach (var one in symbols)
        {
            if (await catalogue.Find(one) is { } instrument)
            {
                marks[one] = new Mark(await quotes.GetReference(one), instrument.AssetClass, instrument.Calendar);
            }
        }

        return marks;
    }

    /// <summary>Begins the account's day, and stops it when it has lost too much. The turn's commit is the caller's.</summary>
    private void LookAt(RiskLimits limits, Dictionary<string, Mark> marks, long nowMs)
    {
        if (limits.Rules is not { IsWatched: true } && !_account.HasRiskDay)
        {
            return;
        }

        if (_account.DecideDay(limits, marks, nowMs) is { } began)
        {
            Apply(began);
        }

        foreach (var noted in _account.DecideCalendars(limits, marks, nowMs))
        {
            Apply(noted);
        }

        var stop = _account.DecideStop(limits, marks, nowMs);
        if (stop is not null)
        {
            Apply(stop);
            AccountLog.RiskStop(log, Id, stop.Code ?? "lifted", stop.LimitsVersion);
            if (stop.Code is null)
            {
                Note("account.resumed", "The limits are new.", "", EventId(_account.Version));
            }

            NoteStop();
        }

        WatchSoon(atOnce: stop is not null);
    }

    private void WatchSoon(bool atOnce = false)
    {
        if (_watch is null || atOnce)
        {
            _watch?.Dispose();
            _watch = this.RegisterGrainTimer(
                Look, new GrainTimerCreationOptions(atOnce ? s_atOnce : s_lookInterval, s_lookInterval) { Interleave = true, KeepAlive = true });
        }
    }

    private async Task Look()
    {
        try
        {
            var limits = await _limits.Get();
            if (_account.StopCode is null && _untold.Count == 0 && (limits.Rules is not { IsWatched: true } || _account.ExposedSymbols().Count == 0))
            {
                _watch?.Dispose();
                _watch = null;
                return;
            }

            var marks = await Marks();
            BeginChange();
            LookAt(limits, marks, NowMs);
            await Commit();
            var orders = _account.DecideCancels(limits, marks);
            var isCalled = orders.Count > 0 && _account.StopCode is null;
            if (isCalled && !_isCalled)
            {
                Note("account.margin_call", "The equity is below the maintenance margin.", $"open orders cancelled: {orders.Count}", Guid.NewGuid());
            }

            _isCalled = isCalled;
            await Task.WhenAll(orders.Select(Cancel));
            await TellAudit();
        }
        catch (Exception away) when (Outage.Is(away))
        {
            AccountLog.WatchWaits(log, away); // looked at again in a second
        }
    }

    // Also when the account is loaded: whether the one before came to it nobody knows, and the log takes it once.
    private void NoteStop()
    {
        if (_account.StopCode is { } code)
        {
            Note("account.stopped", "The day has lost what the limits allow.", code, EventId(_account.StoppedAtVersion));
        }
    }

    private void Note(string name, string reason, string details, Guid id)
    {
        if (_untold.Count < MaxUntold)
        {
            _untold.Enqueue(new AuditRecord(name, "platform", "", Id, reason, details, id));
        }
    }

    private async Task TellAudit()
    {
        while (_untold.TryPeek(out var record))
        {
            await GrainFactory.GetGrain<IAuditGrain>(IAuditGrain.Key).Append(record);
            if (_untold.TryPeek(out var first) && first == record)
            {
                _untold.Dequeue();
            }
        }
    }

    private Guid EventId(long version) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Stream}/{version}")).AsSpan(0, 16));
}
