using Bourse.Domain.Matching;

namespace Bourse.Domain.Books;

/// <summary>An order and its legs in a book, for as long as one of them is open. Engine ids are 0 for what is not, or no longer, in the engine.</summary>
internal sealed class OrderGroup(ExitLegs exit, int account, Side entrySide, TimeInForce timeInForce, SelfTradePrevention selfTradePrevention)
{
    public ExitLegs Exit { get; } = exit;

    public int Account { get; } = account;

    public Side EntrySide { get; } = entrySide;

    public Side ExitSide => Exit.IsPair ? EntrySide : EntrySide.Opposite();

    public TimeInForce TimeInForce { get; } = timeInForce;

    public SelfTradePrevention SelfTradePrevention { get; } = selfTradePrevention;

    /// <summary>The order that the legs wait for; 0 for a pair.</summary>
    public long EntryId { get; set; }

    public long TakeProfitId { get; set; }

    public long StopLossId { get; set; }

    /// <summary>What the entry has traded.</summary>
    public long EnteredLots { get; set; }

    /// <summary>The total that the legs have been given.</summary>
    public long SizedLots { get; set; }

    /// <summary>A leg has traded, was elected or has ended: what is left of the entry goes, and legs that ended stay so.</summary>
    public bool HasExited { get; set; }

    /// <summary>It is among those that the command under way has to settle.</summary>
    public bool IsDue { get; set; }

    public bool HasLegs => TakeProfitId != 0 || StopLossId != 0;

    public bool IsLeg(long id) => id != 0 && (id == TakeProfitId || id == StopLossId);
}
