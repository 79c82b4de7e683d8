using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Membership;
using Bourse.GrainRuntime.Streams;
using Bourse.GrainRuntime.Transport;
using Bourse.GrainRuntime.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Cluster;

/// <summary>This process among those of its cluster: what it knows of the others, and the way to and from them.</summary>
internal sealed class ClusterNode
{
    /// <summary>Requests that may wait until it is known where they go.</summary>
    private const int MaxParked = 50_000;

    /// <summary>How long a call waits for the next owner of a partition that leaves, in ticks, before the grain is brought back to life for it where it was.</summary>
    private const int Patience = 2;

    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_hastyBeat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(25);

    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private List<(Request Request, GrainId Target)> _parked = [];
    private volatile ClusterMap _map = ClusterMap.Empty;

    public ClusterNode(InProcessCluster cluster, LocalRuntime runtime, byte[] secret)
    {
        Cluster = cluster;
        Runtime = runtime;
        Calls = new RemoteCalls(this);
        Streams = new RemoteStreams(this);
        Secret = secret;
        Wrapping = new Wrapping(runtime.Services.GetService<TlsOptions>());
        Links = NewLinks();
        _timer = runtime.Time.CreateTimer(_ => Unpark(), null, s_retry, s_retry);
        cluster.Node = this;
    }

    public InProcessCluster Cluster { get; }

    public LocalRuntime Runtime { get; }

    public RemoteCalls Calls { get; }

    public RemoteStreams Streams { get; }

    public Links Links { get; private set; }

    public byte[] Secret { get; }

    /// <summary>How connections are made safe.</summary>
    public Wrapping Wrapping { get; }

    public bool IsSilo => Runtime.IsSilo;

    /// <summary>One life of this silo or client.</summary>
    public Guid Process { get; } = Guid.NewGuid();

    /// <summary>The silo's id in the cluster; 0 for a client, and for a silo that is not in it.</summary>
    public long Member { get; set; }

    public PeerIdentity Identity => new(Member, Process);

    public ClusterMap Map => _map;

    /// <summary>Set when the map may be out of date.</summary>
    public required Action MapIsOld { get; init; }

    /// <summary>Set by a silo: whether its lease has run out while it still has grains.</summary>
    public Action? CheckLease { get; init; }

    /// <summary>Whether this silo carries out calls for a partition of this epoch.</summary>
    public bool Serves(GrainId target, long epoch)
    {
        if (ObserverTable.IsObserver(target))
        {
            return true;
        }

        var partition = ClusterMap.PartitionOf(target);
        return Runtime.Lease is { IsValid: true } && Cluster.Partitions[partition].Owner == Runtime && _map.Partitions[partition].Epoch == epoch;
    }

    /// <summary>Sends a request to where its grain or observer lives; keeps it a while where that is not known yet.</summary>
    public void Forward(Request request, GrainId target)
    {
        switch (request)
        {
            case ArrivedCall arrived when ObserverTable.IsObserver(target):
                arrived.Fail(new ClientNotAvailableException(target));
                break;
            case ArrivedCall arrived:
                arrived.Refuse();
                break;
            case CallRequest { IsAbandoned: true }:
                break;
            case CallRequest call when ObserverTable.IsObserver(target):
                if (ObserverTable.ProcessOf(target) is not { } process || process == Process || Links.ToProcess(process) is not { } owner
                    || !Calls.TrySend(call, target, 0, owner))
                {
                    call.Fail(new ClientNotAvailableException(target));
                }

                break;
            case CallRequest call:
                var ownership = _map.Of(target);
                if (Links.IsMissed(ownership.Owner))
                {
                    call.Fail(new SiloUnavailableException($"The silo of {target} is not reached. {call} was not carried out."));
                }
                else if (Links.ToMember(ownership.Owner) is not { } silo || !Calls.TrySend(call, target, ownership.Epoch, silo))
                {
                    Park(call, target);
                }

                break;
            case Subscription.Delivery { Subscription: var subscription } delivery:
                if (Links.ToMember(_map.Of(target).Owner) is { } home)
                {
                    subscription.Continue(hasFailed: !RemoteStreams.TrySend(subscription, subscription.Take(), home));
                }
                else
                {
                    Park(delivery, target);
                }

                break;
            default:
                request.Fail(new SiloUnavailableException($"No silo serves {target}."));
                break;
        }
    }

    /// <summary>Whether a turn has waited for this call for so long that its target may be in a partition that cannot leave before the turn ends.</summary>
    public bool Insists(Request request) =>
        request is CallRequest { Source: not null, Method.IsOneWay: false, ParkedTick: not 0 } && Cluster.Clock.Tick - request.ParkedTick >= Patience;

    /// <summary>An owner has answered that it is none.</summary>
    public void OnNotOwner(CallRequest call, GrainId target)
    {
        MapIsOld();
        Park(call, target);
    }

    /// <summary>Goes by another map from here on.</summary>
    public void Take(ClusterMap map)
    {
        _map = map;
        Links.Follow(map);
        Unpark();
    }

    /// <summary>How long its membership may go unlooked at: shorter while a member is missed, so that the end of that is seen soon.</summary>
    public TimeSpan Beat => Links.MissesSome ? s_hastyBeat : s_beat;

    public Task Welcome(Link link, PeerIdentity peer) => Links.Run(link, peer);

    /// <summary>Tells the others that the map has changed.</summary>
    public void TellMapChanged()
    {
        foreach (var connection in Links.All)
        {
            connection.TrySend(FrameWriter.Begin(FrameKind.MapChanged).Finish());
        }
    }

    /// <summary>Cuts all connections and forgets the map. What waits fails.</summary>
    public void Isolate()
    {
        _map = ClusterMap.Empty;
        var links = Links;
        Links = NewLinks();
        links.Close();
        Unpark();
    }

    public void OnTick()
    {
        CheckLease?.Invoke();
        var now = Environment.TickCount64;
        foreach (var connection in Links.All)
        {
            connection.KeepAlive(now);
        }
    }

    public void Close()
    {
        _timer.Dispose();
        Isolate();
        Links.Close();
    }

    private Links NewLinks() => new(() => Identity, Secret, Wrapping, () => new FrameReader(Runtime), Runtime.Logger)
    {
        Handle = Handle,
        Opened = Opened,
        Closed = connection =>
        {
            Calls.OnClosed(connection);
            RemoteStreams.OnClosed(connection);
        },
    };

    private void Opened(Connection connection)
    {
        if (IsSilo)
        {
            var writer = FrameWriter.Begin(FrameKind.Manifest);
            var manifest = Activations.GrainClasses.Manifest.ToList();
            writer.WriteNumber(manifest.Count);
            foreach (var (name, grainType) in manifest)
            {
                writer.WriteString(name);
                writer.WriteBytes(grainType.AsSpan());
            }

            connection.TrySend(writer.Finish());
        }

        if (connection.Peer.IsSilo)
        {
            Streams.Introduce(connection);
        }

        Unpark();
    }

    private void Handle(Connection from, FrameKind kind, FrameReader reader)
    {
        switch (kind)
        {
            case FrameKind.Ping:
                break;
            case FrameKind.Call:
                Calls.OnCall(from, reader);
                break;
            case FrameKind.Answer:
                Calls.OnAnswer(reader);
                break;
            case FrameKind.Cancel:
                RemoteCalls.OnCancel(from, reader);
                break;
            case FrameKind.MapChanged:
                reader.End();
                MapIsOld();
                break;
            case FrameKind.Interest:
                Streams.OnInterest(from, reader);
                break;
            case FrameKind.Events:
                Streams.OnEvents(reader);
                break;
            case FrameKind.GrainEvents:
                Streams.OnGrainEvents(reader);
                break;
            case FrameKind.Manifest:
                for (var left = reader.ReadCount(); left > 0; left--)
                {
                    Activations.GrainClasses.Learn(reader.ReadString() ?? "", new GrainType(reader.ReadBytes().ToArray()));
                }

                break;
            default:
                throw new WireException($"a frame of the kind {(byte)kind}");
        }

        reader.End();
    }

    private void Park(Request request, GrainId target)
    {
        if (_map.Members.Count == 0)
        {
            request.Fail(new SiloUnavailableException($"No silo serves {target}."));
            return;
        }

        if (request.ParkedTick == 0)
        {
            request.ParkedTick = Cluster.Clock.Tick;
        }

        lock (_lock)
        {
            if (_parked.Count < MaxParked)
            {
                _parked.Add((request, target));
                return;
            }
        }

        request.Fail(new SiloUnavailableException($"The silo of {target} is not known, and {MaxParked} requests wait already. It was not carried out."));
    }

    private void Unpark()
    {
        List<(Request Request, GrainId Target)> parked;
        lock (_lock)
        {
            if (_parked.Count == 0)
            {
                return;
            }

            parked = _parked;
            _parked = [];
        }

        var tick = Cluster.Clock.Tick;
        foreach (var (request, target) in parked)
        {
            if (request.DueTick <= tick)
            {
                request.Fail(new TimeoutException($"No silo was found for {request} in time. It was not carried out."));
            }
            else if (!Insists(request) || !Cluster.TryRevive((CallRequest)request, target))
            {
                Cluster.Route(request, target, Runtime);
            }
        }
    }
}
