namespace Bourse.Silo.Outside;

/// <summary>What is known of a request that an outside service did not answer.</summary>
public enum OutsideFault : byte
{
    /// <summary>It was certainly not done: it never left, or was turned away at the door.</summary>
    NotDone = 1,

    /// <summary>It may have been done: the answer did not come, or could not be understood.</summary>
    Unknown = 2,
}

/// <summary>An outside service did not answer. The message holds no address, key or body.</summary>
public sealed class OutsideException(OutsideFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public OutsideFault Fault { get; } = fault;
}
