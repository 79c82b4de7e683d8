using System.Data.Common;
using System.Net;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Placement;
using Bourse.GrainRuntime.Transport;
using Bourse.GrainRuntime.Wire;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Membership;

/// <summary>
/// A silo's place in its cluster: it holds a lease and renews it, owns the partitions that the map gives it, hands over those that go elsewhere, and
/// lets go of everything when the lease runs out before it is renewed. Then it joins anew. How partitions leave it is in the other part.
/// </summary>
internal sealed partial class SiloAgent : IAsyncDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_joinDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_leaveDeadline = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(300);

    /// <summary>Until the others have seen a new silo and have connected to it: only then do grains move there.</summary>
    private static readonly TimeSpan s_introduction = TimeSpan.FromMilliseconds(1_500);

    private readonly InProcessCluster _cluster;
    private readonly LocalRuntime _silo;
    private readonly LeaseTable _table;
    private readonly Lease _lease = new();
    private readonly LeaseKeeper _keeper;
    private readonly Listener _listener;
    private readonly Func<int, string> _address;
    private readonly Signal _signal = new();
    private readonly SemaphoreSlim _work = new(1);
    private readonly CancellationTokenSource _stop = new();

    // Guards what follows, and the owners of partitions here.
    private readonly Lock _fence = new();

    private ClusterNode? _node;
    private Task _running = Task.CompletedTask;
    private bool _isLeaving;
    private bool _standsAside;
    private bool _isNew;
    private long _joinedAt;

    /// <param name="address">What others connect to, by the port that is listened on.</param>
    public SiloAgent(InProcessCluster cluster, LocalRuntime silo, LeaseTable table, IPEndPoint listen, Func<int, string> address)
    {
        (_cluster, _silo, _table, _address) = (cluster, silo, table, address);
        _listener = new Listener(listen, silo.Logger);
        _keeper = new LeaseKeeper(table, _lease, () => _node?.Member ?? 0);
    }

    public int Port => _listener.Port;

    private ClusterNode Node => _node!;

    /// <summary>Joins, and waits until it has grains to serve.</summary>
    public async Task Join(CancellationToken cancellation)
    {
        var deadline = Environment.TickCount64 + (long)s_joinDeadline.TotalMilliseconds;
        var secret = await _table.ReadSecret(deadline, cancellation);
        _node = new ClusterNode(_cluster, _silo, secret) { MapIsOld = _signal.Say, CheckLease = FenceIfExpired };
        _silo.Lease = _lease;
        _cluster.JoinAlone(_silo);
        _ = Task.Run(() => _listener.Run(secret, Node.Wrapping, () => Node.Member == 0 ? null : Node.Identity, Node.Welcome), CancellationToken.None);
        _running = Task.Run(Run, CancellationToken.None);
        _ = Task.Run(WireTypes.MakeReady, CancellationToken.None); // while the others get to know this silo
        while (!Node.Map.OwnedBy(Node.Member).Any() || Node.Member == 0)
        {
            if (Environment.TickCount64 > deadline)
            {
                throw new SiloUnavailableException($"{_silo.Name} got no partition of the cluster in {s_joinDeadline.TotalSeconds} s.");
            }

            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>Gives everything away, then leaves. Grains that do not go for too long end as in a crash.</summary>
    public async Task Leave()
    {
        _isLeaving = true;
        _signal.Say();
        var deadline = Environment.TickCount64 + (long)s_leaveDeadline.TotalMilliseconds;
        while (_lease.IsValid && Node.Map.OwnedBy(Node.Member).Any() && Environment.TickCount64 < deadline)
        {
            await Task.Delay(20);
        }

        await _stop.CancelAsync();
        await _running;
        if (_lease.IsValid)
        {
            var member = Node.Member;
            if (Node.Map.OwnedBy(member).Any())
            {
                Fence("they did not go in time");
            }

            try
            {
                await _table.Leave(member, CancellationToken.None);
            }
            catch (Exception exception) when (IsOutage(exception))
            {
                _silo.Logger.LogWarning(EngineEvents.MembershipFailed, exception, "The cluster was left without a word; the lease runs out");
            }

            // Calls that are on their way are told to go elsewhere, and answers get out.
            Node.TellMapChanged();
            await Task.Delay(s_farewell);
            for (var i = 0; i < 100 && (Node.Calls.Arrived > 0 || Node.Links.All.Any(connection => connection.Waiting > 0)); i++)
            {
                await Task.Delay(20);
            }
        }

        await StopWorkers();
    }

    /// <summary>Ends as a crash does: without a word to anybody.</summary>
    public async Task Kill()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Fence("it was killed");
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        if (_node is not null)
        {
            _node.Member = 0;
            _lease.End();
            _node.Close();
        }

        _keeper.Dispose();
        await _table.DisposeAsync();
    }

    private async Task StopWorkers()
    {
        var workers = _silo.LocalWorkers().ToList();
        workers.ForEach(worker => worker.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo stops")));
        await Task.WhenAny(Task.WhenAll(workers.Select(worker => worker.Deactivated)), Task.Delay(s_leaveDeadline));
    }

    private async Task Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                await Beat();
                pause = Node.Beat;
            }
            catch (Exception exception) when (IsOutage(exception))
            {
                if (!_stop.IsCancellationRequested)
                {
                    _silo.Logger.LogWarning(EngineEvents.MembershipFailed, "The cluster's tables are not reached: {Reason}", exception.Message);
                }

                pause = s_retry;
            }

            await _signal.Wait(pause, _stop.Token);
        }
    }

    private async Task Beat()
    {
        if (Node.Member == 0)
        {
            var askedAt = Lease.Now;
            (_standsAside, _isNew, _joinedAt) = (true, true, askedAt);
            var id = await _table.Join(_silo.Name, _address(_listener.Port), serves: false, _stop.Token);
            _lease.Begin(askedAt);
            Node.Member = id;
            Node.TellMapChanged();
        }

        var renewal = await _keeper.Renew().WaitAsync(_stop.Token);
        if (renewal is null)
        {
            Fence("its lease has run out");
            return;
        }

        if (renewal.Version != Node.Map.Version)
        {
            await Refresh();
        }

        await StandAsideOrBack(renewal);
        if (renewal.Expired > 0 || renewal.IsNewPrimary || Node.Map.Members.Values.Any(m => ProcessIdentity.IsCertainlyDead(m.Process))
            || Node.Map.Balance().Count > 0)
        {
            if (await _table.Balance(_stop.Token) || renewal.IsNewPrimary)
            {
                await Refresh();
                Node.TellMapChanged();
            }
        }

        if (_moving.IsCompleted)
        {
            await TakeBack();
            _moving = ToMove().Count > 0 ? Task.Run(Move) : Task.CompletedTask;
        }
    }

    /// <summary>
    /// Two silos that live but do not reach each other cannot both serve: the younger gives its partitions away until it reaches all that are older.
    /// One that leaves does the same, and one that has joined stands aside until the others know it, where others serve.
    /// </summary>
    private async Task StandAsideOrBack(LeaseTable.Renewal renewal)
    {
        var unreached = Node.Links.UnreachedFor(TimeSpan.FromSeconds(2.5)).Any(renewal.Fresh.Contains);
        var back = !_isLeaving && (_isNew ? IsKnown(renewal.Fresh) : !Node.Links.UnreachedFor(TimeSpan.Zero).Any());
        if (_standsAside ? back : unreached || _isLeaving)
        {
            (_standsAside, _isNew) = (!_standsAside, false);
            _silo.Logger.LogInformation(EngineEvents.StoodAside, "{Silo} {What}", _silo.Name, _standsAside ? "gives its partitions away" : "takes its share");
            await _table.SetServes(Node.Member, !_standsAside, _stop.Token);
            await Refresh();
        }
    }

    private bool IsKnown(long[] fresh) =>
        !Node.Map.Members.Values.Any(m => m.Serves && fresh.Contains(m.Id))
        || (Lease.Now - _joinedAt >= s_introduction.TotalMilliseconds && !Node.Links.UnreachedFor(TimeSpan.Zero).Any(fresh.Contains));

    private async Task Refresh()
    {
        await _work.WaitAsync(_stop.Token);
        try
        {
            var map = await _table.ReadMap(_stop.Token);
            lock (_fence)
            {
                if (map.Version < Node.Map.Version || !_lease.IsValid || Node.Member == 0)
                {
                    return;
                }

                for (var i = 0; i < map.Partitions.Count; i++)
                {
                    var partition = _cluster.Partitions[i];
                    var isOwner = map.Partitions[i].Owner == Node.Member;
                    if (isOwner && partition.Owner != _silo && !_leaving.Contains(i))
                    {
                        partition.HandOver(_silo, new DeactivationReason(DeactivationReasonCode.Migrating, "The partition has come here"));
                    }
                    else if (!isOwner && partition.Owner == _silo)
                    {
                        // It had come by a hand-over that a new primary of the database never heard of.
                        partition.Seize(_silo, null, new SiloUnavailableException($"{_silo.Name} does not own the partition. Whether the request was carried out is unknown."));
                    }
                }

                Node.Take(map);
            }
        }
        finally
        {
            _work.Release();
        }
    }

    private void FenceIfExpired()
    {
        if (Node.Member != 0 && !_lease.IsValid)
        {
            Task.Run(() => Fence("its lease has run out"));
        }
    }

    /// <summary>Ends every grain here, at once, and every connection: nothing of this silo is heard any more.</summary>
    private void Fence(string why)
    {
        lock (_fence)
        {
            if (Node.Member == 0)
            {
                return;
            }

            _lease.End();
            _leaving.Clear();
            Node.Member = 0;
            _silo.Logger.LogWarning(EngineEvents.LeaseLost, "{Silo} lets all of its grains go: {Why}", _silo.Name, why);
            var reason = new SiloUnavailableException($"The silo {_silo.Name} has lost its place in the cluster. Whether the request was carried out is unknown.");
            foreach (var partition in _cluster.Partitions)
            {
                partition.Seize(_silo, null, reason);
            }

            _silo.LocalWorkers().ToList().ForEach(worker => worker.Kill(reason));
            Node.Isolate();
        }

        _signal.Say();
    }

    private static bool IsOutage(Exception exception) =>
        exception is DbException or TimeoutException or IOException or OperationCanceledException or System.Net.Sockets.SocketException or InvalidOperationException;
}
