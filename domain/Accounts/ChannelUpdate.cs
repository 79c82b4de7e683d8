namespace Bourse.Domain.Accounts;

/// <summary>One event of the order channel.</summary>
/// <param name="Event">As Alpaca's trade updates: <c>new partial_fill fill canceled expired rejected replaced</c>.</param>
/// <param name="Order">The order right after the event: it goes on, so that who keeps it keeps a <see cref="Order.Copy"/>.</param>
/// <param name="Fill">Set for fills.</param>
public readonly record struct ChannelUpdate(long Seq, string Event, Order Order, OrderFilled? Fill, long TimeMs);

public sealed partial class Account
{
    /// <summary>What the order channel tells of the event that was applied last; false when clients do not see it.</summary>
    public bool TryDescribe(AccountEvent applied, out ChannelUpdate update)
    {
        if (applied is not ChannelEvent shown || FindOrder(shown.OrderId) is not { } order)
        {
            update = default;
            return false;
        }

        var name = shown switch
        {
            OrderFilled { Completes: true } => "fill",
            OrderFilled => "partial_fill",
            OrderCanceled => "canceled",
            OrderExpired => "expired",
            OrderRejected => "rejected",
            OrderReplaced or LegSized { IsFirst: false } => "replaced",
            _ => "new",
        };
        update = new ChannelUpdate(shown.Seq, name, order, shown as OrderFilled, shown.TimeMs);
        return true;
    }
}
