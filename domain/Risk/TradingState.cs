namespace Bourse.Domain.Risk;

/// <summary>What a kill switch lets through; of several that concern an order the greatest is in force.</summary>
public enum TradingState : byte
{
    /// <summary>Everything.</summary>
    Active = 0,

    /// <summary>Cancels, and orders that make a position smaller whatever else fills.</summary>
    Reducing = 1,

    /// <summary>Cancels only.</summary>
    Halted = 2,
}
