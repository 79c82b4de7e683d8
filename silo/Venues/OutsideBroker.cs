using System.Text.Json;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>What adapters of brokers have in common: requests whose failures become answers, and a line on which the broker speaks by itself.</summary>
public abstract class OutsideBroker : IBroker, IDisposable
{
    protected OutsideBroker(string venue, VenueOptions options, OutsideHealth health, OutsideHttp http, OutsideSocket socket, TimeProvider time)
    {
        (Venue, Options, Health, Http, Socket, Time) = (venue, options, health, http, socket, time);
    }

    public string Venue { get; }

    /// <summary>Whether the settings have turned it on.</summary>
    public bool IsOn => Options.Mode != VenueMode.Off;

    public abstract TimeSpan SettleTime { get; }

    protected VenueOptions Options { get; }

    protected OutsideHealth Health { get; }

    protected OutsideHttp Http { get; }

    protected OutsideSocket Socket { get; }

    protected TimeProvider Time { get; }

    public string? FindFault(BrokerOrder order) => IsOn ? FindFaultOf(order) : VenueCode.Unavailable;

    public Task<BrokerAnswer> Place(BrokerOrder order) => Answer(() => PlaceOrder(order));

    public Task<BrokerAnswer> Cancel(BrokerOrder order) => Answer(() => CancelOrder(order));

    public Task<BrokerAnswer> Find(BrokerOrder order) => Answer(() => FindOrder(order));

    /// <summary>How the broker writes a symbol of ours.</summary>
    public virtual string ToTheirs(string ours) => ours;

    /// <summary>Keeps the line until it is cancelled.</summary>
    /// <param name="hub">Gets what the broker says.</param>
    public abstract Task Run(IBrokerHub hub, CancellationToken cancellation);

    public virtual void Dispose()
    {
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract string? FindFaultOf(BrokerOrder order);

    protected abstract Task<BrokerAnswer> PlaceOrder(BrokerOrder order);

    protected abstract Task<BrokerAnswer> CancelOrder(BrokerOrder order);

    protected abstract Task<BrokerAnswer> FindOrder(BrokerOrder order);

    protected static BrokerAnswer Told(BrokerState state) => new(BrokerAnswerKind.Told, state);

    protected static BrokerAnswer Refused(string code) => new(BrokerAnswerKind.Refused, Code: code);

    protected static BrokerAnswer NotFound { get; } = new(BrokerAnswerKind.NotFound);

    protected static BrokerAnswer NotDone { get; } = new(BrokerAnswerKind.NotDone);

    protected static BrokerAnswer Unknown { get; } = new(BrokerAnswerKind.Unknown);

    private async Task<BrokerAnswer> Answer(Func<Task<BrokerAnswer>> ask)
    {
        try
        {
            return await ask();
        }
        catch (OutsideException failed)
        {
            return failed.Fault == OutsideFault.NotDone ? NotDone : Unknown;
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            Health.Garbled();
            return Unknown;
        }
    }
}

/// <summary>Where what brokers say by themselves goes on from.</summary>
public interface IBrokerHub
{
    /// <summary>The line stands: what was said while it did not is to be asked for.</summary>
    Task Connected();

    /// <summary>The symbol of ours that the broker writes so; null for what is not traded there by us.</summary>
    string? ToOurs(string theirs);

    /// <summary>The broker says how an order of a symbol of ours stands.</summary>
    Task Tell(string symbol, BrokerState state);
}
