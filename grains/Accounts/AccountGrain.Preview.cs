using Bourse.Domain.Accounts;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>Orders that are only looked at.</summary>
public sealed partial class AccountGrain
{
    public async Task<OrderPreview> Preview(PlaceOrder command)
    {
        try
        {
            ThrowIfFaulted();
            var request = command.Terms.ToRequest();
            var instrument = await catalogue.Find(request.Symbol);
            var reference = instrument is null ? null : await quotes.GetReference(request.Symbol);
            var limits = await _limits.Get();
            var stops = await switches.Get();
            var marks = limits.NeedsMarks ? await Marks(request.Symbol) : null;
            ThrowIfFaulted();
            var now = time.GetUtcNow();
            var decision = _account.DecidePlace(
                request, instrument, reference, limits, OrderIds.Next(now), now.ToUnixTimeMilliseconds(), stops.For(Id, request.Symbol).State,
                stops.IsRestricted(limits.Rules?.UserClass, request.Symbol), marks);
            return decision switch
            {
                { Outcome: PlaceOutcome.Placed, Event: { } placed } => new OrderPreview(
                    new OrderAnswer(AnswerKind.Done, AccountViews.View(placed) with { Legs = decision.Legs is { } legs ? [.. legs.Select(AccountViews.View)] : null }),
                    placed.Request.LimitPrice ?? placed.ProtectionPrice, placed.Reserved, placed.ReservedAsset),
                { Outcome: PlaceOutcome.Repeated } => new OrderPreview(new OrderAnswer(AnswerKind.Repeated, AccountViews.View(decision.Order!))),
                { Outcome: PlaceOutcome.Conflict } => new OrderPreview(new OrderAnswer(AnswerKind.Conflict, AccountViews.View(decision.Order!))),
                _ => new OrderPreview(Refused(decision.Refusal!)),
            };
        }
        catch (Exception away) when (Outage.Is(away))
        {
            return new OrderPreview(Unavailable(away.Message));
        }
    }
}
