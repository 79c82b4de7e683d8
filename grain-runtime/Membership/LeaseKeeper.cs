namespace Bourse.GrainRuntime.Membership;

/// <summary>
/// Renews a silo's lease on a thread of its own and by calls that block it: a silo that has much to do goes on late, but does not lose its grains because the
/// thread pool came too late to the renewal.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    /// <summary>It renews by itself where nobody has asked for so long.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.5);

    private readonly LeaseTable _table;
    private readonly Lease _lease;
    private readonly Func<long> _member;
    private readonly AutoResetEvent _wake = new(false);
    private TaskCompletionSource<LeaseTable.Renewal?> _asked = New();
    private volatile bool _ends;

    /// <param name="member">Whose lease it is; 0 = nobody's now.</param>
    public LeaseKeeper(LeaseTable table, Lease lease, Func<long> member)
    {
        (_table, _lease, _member) = (table, lease, member);
        new Thread(Run) { IsBackground = true, Name = "lease" }.Start();
    }

    /// <summary>A renewal that begins after the call. Null where the lease is lost: it has ended here too then. Fails as the database does.</summary>
    public Task<LeaseTable.Renewal?> Renew()
    {
        var asked = Volatile.Read(ref _asked).Task;
        _wake.Set();
        return asked;
    }

    public void Dispose()
    {
        _ends = true;
        _wake.Set();
    }

    private static TaskCompletionSource<LeaseTable.Renewal?> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Run()
    {
        while (!_ends)
        {
            var isAsked = _wake.WaitOne(s_patience);
            var member = _member();
            if (_ends || (member == 0 && !isAsked))
            {
                continue;
            }

            var asked = Interlocked.Exchange(ref _asked, New());
            try
            {
                asked.SetResult(RenewNow(member));
            }
            catch (Exception exception)
            {
                // Also what would otherwise end the process: who asks is told, and nobody asking, the lease runs out.
                asked.SetException(exception);
                _ = asked.Task.Exception;
            }
        }

        _asked.TrySetCanceled();
        _wake.Dispose();
    }

    private LeaseTable.Renewal? RenewNow(long member)
    {
        var before = Lease.Now;
        var renewal = _table.Renew(member);
        if (renewal is not null && _lease.TryExtend(before, renewal.Length))
        {
            return renewal;
        }

        if (_member() == member)
        {
            _lease.End(); // and not one that the silo has begun anew meanwhile
        }

        return null;
    }
}
