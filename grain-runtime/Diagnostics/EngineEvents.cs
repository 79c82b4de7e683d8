using Microsoft.Extensions.Logging;

namespace Bourse.GrainRuntime;

/// <summary>Ids of the engine's log events; they stay what they are.</summary>
internal static class EngineEvents
{
    public static readonly EventId TurnFailed = new(4001, nameof(TurnFailed));
    public static readonly EventId TimerFailed = new(4002, nameof(TimerFailed));
    public static readonly EventId ActivationFailed = new(4003, nameof(ActivationFailed));
    public static readonly EventId DeactivationFailed = new(4004, nameof(DeactivationFailed));
    public static readonly EventId DeactivationForced = new(4005, nameof(DeactivationForced));
    public static readonly EventId OneWayFailed = new(4006, nameof(OneWayFailed));
    public static readonly EventId StreamDropped = new(4007, nameof(StreamDropped));
    public static readonly EventId StreamObserverFailed = new(4008, nameof(StreamObserverFailed));
    public static readonly EventId SiloStarted = new(4009, nameof(SiloStarted));
    public static readonly EventId SiloStopped = new(4010, nameof(SiloStopped));
    public static readonly EventId PeerRefused = new(4011, nameof(PeerRefused));
    public static readonly EventId MapTaken = new(4012, nameof(MapTaken));
    public static readonly EventId LeaseLost = new(4013, nameof(LeaseLost));
    public static readonly EventId MembershipFailed = new(4014, nameof(MembershipFailed));
    public static readonly EventId StoodAside = new(4015, nameof(StoodAside));
}
