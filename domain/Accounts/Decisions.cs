using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

/// <summary>How an account decides on an order.</summary>
public enum PlaceOutcome : byte
{
    /// <summary>Apply and journal the event, then submit the order.</summary>
    Placed = 1,

    /// <summary>The client order id is known with the same content: answer with that order.</summary>
    Repeated = 2,

    /// <summary>The client order id is known with other content.</summary>
    Conflict = 3,

    /// <summary>Understood and refused; nothing changes.</summary>
    Refused = 4,
}

/// <summary>A decision on an order; nothing has changed yet.</summary>
/// <param name="Event">Set when placed.</param>
/// <param name="Order">Set when repeated or in conflict.</param>
/// <param name="Refusal">Set when refused.</param>
/// <param name="Legs">The legs of an order group, to be applied right after the event.</param>
public readonly record struct PlaceDecision(
    PlaceOutcome Outcome, OrderPlaced? Event, Order? Order, Refusal? Refusal, IReadOnlyList<OrderPlaced>? Legs = null);

/// <summary>A decision on a replace; nothing has changed yet. Exactly one of the two is set.</summary>
public readonly record struct ReplaceDecision(ReplaceRequested? Event, Refusal? Refusal);

/// <summary>A decision on cash coming in or going out; nothing has changed yet.</summary>
/// <param name="Event">Set when it is to be applied; null with no refusal means that the reference was taken before.</param>
public readonly record struct CashDecision(AccountEvent? Event, Refusal? Refusal);

/// <summary>What an account knows of a client order id.</summary>
public enum ClientIdLookup : byte
{
    /// <summary>It was never used.</summary>
    Never = 0,

    /// <summary>The order is in memory.</summary>
    Found = 1,

    /// <summary>It may belong to an order too old for memory: ask the read model.</summary>
    MaybeOlder = 2,
}

/// <summary>How far a batch of reports was taken.</summary>
public enum ReportOutcome : byte
{
    /// <summary>Everything in the batch is applied, now or before.</summary>
    Applied = 1,

    /// <summary>A report before one of these is missing; the batch is applied up to there. Ask the book from <see cref="Account.LastReport"/>.</summary>
    Gap = 2,
}

/// <summary>A command that its book has not answered, with what is needed to send it again: an order, or new terms of one.</summary>
/// <param name="Order">Null for new terms.</param>
/// <param name="Replace">Null for an order.</param>
public readonly record struct PendingCommand(Guid OrderId, Order? Order, PendingReplace? Replace)
{
    public long CommandNumber => Replace?.CommandNumber ?? Order!.CommandNumber;

    /// <summary>0 for the order itself, else the replace's revision.</summary>
    public int Revision => Replace?.Revision ?? 0;

    /// <summary>Limit or protection price.</summary>
    public decimal BookPrice => Replace?.BookPrice ?? Order!.BookPrice;

    public decimal Quantity => Replace?.Quantity ?? Order!.Quantity;

    /// <summary>Null for a stop that no longer waits.</summary>
    public decimal? StopPrice => Replace is { } replace ? replace.StopPrice : Order!.StopPrice;
}
