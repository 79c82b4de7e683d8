using System.Globalization;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Venues;

/// <summary>New terms that wait until the venue has let go of the old ones.</summary>
public sealed record VenueReplacement(int Revision, long PriceTicks, long QuantityLots, long StopPriceTicks);

/// <summary>
/// An open order of an account at an outside venue. A replace takes it back there and sends another one in its place, so over its life it may be several orders to
/// the venue, one after the other, each under a client id of its own.
/// </summary>
public sealed class VenueOrder
{
    private readonly HashSet<string> _executions = new(StringComparer.Ordinal);

    /// <param name="account">The number of its account here, from 1.</param>
    public VenueOrder(in SubmitOrder order, int account) => (Submitted, AccountNumber, PriceTicks, QuantityLots, StopPriceTicks) =
        (order, account, order.PriceTicks, order.QuantityLots, order.StopPriceTicks);

    /// <summary>As its account sent it.</summary>
    public SubmitOrder Submitted { get; }

    public Guid Id => Submitted.OrderId;

    public long PriceTicks { get; internal set; }

    /// <summary>Total quantity, what has filled included.</summary>
    public long QuantityLots { get; internal set; }

    public long StopPriceTicks { get; internal set; }

    /// <summary>Which replace its terms are of; 0 = none.</summary>
    public int Revision { get; internal set; }

    /// <summary>What the venue's present order is called: at most 36 characters.</summary>
    public string ClientId => Revision == 0 ? Id.ToString("N") : string.Create(CultureInfo.InvariantCulture, $"{Id:N}-{Revision}");

    /// <summary>The venue's id of it; empty until the venue has said that it has it.</summary>
    public string VenueId { get; internal set; } = "";

    /// <summary>Whether the venue has said that it has the present order.</summary>
    public bool IsAccepted => VenueId.Length != 0;

    /// <summary>A stop order that nothing has filled of.</summary>
    public bool IsHeld { get; internal set; }

    /// <summary>Its account wants it gone.</summary>
    public bool CancelIsWanted { get; internal set; }

    public VenueReplacement? Replacement { get; internal set; }

    /// <summary>Whether the venue is to let go of its present order.</summary>
    public bool IsToBeTakenBack => CancelIsWanted || Replacement is not null;

    /// <summary>Everything that has filled.</summary>
    public decimal Filled { get; internal set; }

    /// <summary>What had filled before the venue's present order.</summary>
    public decimal FilledBefore { get; internal set; }

    /// <summary>What of the venue's present order has filled.</summary>
    public decimal FilledNow => Filled - FilledBefore;

    internal int AccountNumber { get; }

    internal IReadOnlyCollection<string> Executions => _executions;

    internal bool Knows(string executionId) => _executions.Contains(executionId);

    internal void Note(string executionId) => _executions.Add(executionId);

    internal void ForgetExecutions() => _executions.Clear();

    /// <summary>Reads the number of an order's id out of a client id; false for one that is not ours.</summary>
    public static bool TryReadClientId(string clientId, out Guid orderId, out int revision)
    {
        revision = 0;
        return Guid.TryParseExact(clientId.AsSpan(0, Math.Min(32, clientId.Length)), "N", out orderId)
            && (clientId.Length == 32
                || (clientId[32] == '-' && int.TryParse(clientId.AsSpan(33), NumberStyles.None, CultureInfo.InvariantCulture, out revision)));
    }
}
