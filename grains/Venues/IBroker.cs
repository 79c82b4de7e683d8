using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;

namespace Bourse.Grains.Venues;

/// <summary>An order as it goes to a broker. Times in force and types are those that <see cref="IBroker.FindFault"/> found nothing against.</summary>
/// <param name="ClientId">At most 36 letters, digits and dashes; the same for the same order for ever.</param>
/// <param name="VenueId">The broker's id of it; empty before it said one.</param>
/// <param name="LimitPrice">0 = none.</param>
/// <param name="StopPrice">0 = none.</param>
/// <param name="KnownFilled">What is known to have filled of it.</param>
public sealed record BrokerOrder(
    string Symbol, string ClientId, string VenueId, Side Side, OrderType Type, TimeInForce TimeInForce, decimal Quantity, decimal LimitPrice,
    decimal StopPrice, bool PostOnly, decimal KnownFilled);

/// <summary>What became of a request to a broker.</summary>
public enum BrokerAnswerKind : byte
{
    /// <summary>The broker said how the order stands.</summary>
    Told = 1,

    /// <summary>The broker has no such order.</summary>
    NotFound = 2,

    /// <summary>The broker refused, and nothing has changed there.</summary>
    Refused = 3,

    /// <summary>The request certainly did not reach it.</summary>
    NotDone = 4,

    /// <summary>It may or may not have been done.</summary>
    Unknown = 5,
}

/// <summary>A broker's answer.</summary>
/// <param name="State">With <see cref="BrokerAnswerKind.Told"/>.</param>
/// <param name="Code">Our stable code of a refusal.</param>
public sealed record BrokerAnswer(BrokerAnswerKind Kind, BrokerState? State = null, string? Code = null);

/// <summary>
/// An outside broker, as the grains see it: a border, whose adapters with their HTTP and WebSockets stand in the silo's room. Nothing throws for what happens outside.
/// What the broker says by itself comes through <see cref="IVenueGrain.Tell"/>.
/// </summary>
public interface IBroker
{
    /// <summary>What instruments call it: <c>alpaca</c>.</summary>
    string Venue { get; }

    /// <summary>How long after a request of unknown outcome an order that cannot be found will certainly not appear any more.</summary>
    TimeSpan SettleTime { get; }

    /// <summary>The stable code of why it takes no such order of the symbol; null when it does, as far as can be told here.</summary>
    string? FindFault(BrokerOrder order);

    /// <summary>Sends an order. One of the same client id that it has already is told, not made twice.</summary>
    Task<BrokerAnswer> Place(BrokerOrder order);

    /// <summary>Asks it to let go of an order. The state told may still be open: then the end follows by itself.</summary>
    Task<BrokerAnswer> Cancel(BrokerOrder order);

    /// <summary>Asks how an order stands, with the fills after those known.</summary>
    Task<BrokerAnswer> Find(BrokerOrder order);
}
