using Bourse.ApiHost.Accounts;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bourse.ApiHost.Live.Orders;

/// <summary>
/// Sends one connection its account's newest balances and the positions that changed, at once and then at most once a second: they are states, so that a newer one
/// stands for those before it.
/// </summary>
public sealed partial class AccountNews(
    IAccountGrain account, HubConnectionContext line, PortfolioShape shape, NewsBeat beat, TimeProvider clock, ILogger<AccountNews> log) : IAsyncDisposable
{
    private const int MaxSymbols = 1_000;
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as all that follows.</summary>
    private HashSet<string> changed = new(StringComparer.Ordinal);
    private bool dirty;
    private bool ended;
    private long? sentAt;
    private Task sending = Task.CompletedTask;
    private Action? leave;

    public void Start() => leave = beat.Join(this);

    /// <summary>Notes that balances, and positions in these symbols, have changed.</summary>
    public void Tell(IReadOnlyList<string> symbols)
    {
        lock (guard)
        {
            foreach (var symbol in symbols)
            {
                if (changed.Count < MaxSymbols)
                {
                    changed.Add(symbol);
                }
            }

            dirty = true;
            Send_NeedsLock(NewsBeat.Interval);
        }
    }

    /// <summary>Its moment has come.</summary>
    public void Beat()
    {
        lock (guard)
        {
            Send_NeedsLock(NewsBeat.Interval - NewsBeat.Step); // moments are not that exact
        }
    }

    public async ValueTask DisposeAsync()
    {
        leave?.Invoke();
        Task last;
        lock (guard)
        {
            ended = true;
            last = sending;
        }

        await last;
    }

    private void Send_NeedsLock(TimeSpan pause)
    {
        if (!dirty || ended || !sending.IsCompleted || (sentAt is { } before && clock.GetElapsedTime(before) < pause))
        {
            return;
        }

        var symbols = changed;
        (changed, dirty, sentAt) = (new HashSet<string>(StringComparer.Ordinal), false, clock.GetTimestamp());
        sending = Task.Run(() => Send(symbols));
    }

    private async Task Send(HashSet<string> symbols)
    {
        try
        {
            await Send(await account.GetPortfolio(), symbols);
        }
        catch (Exception e)
        {
            LogRetry(log, e.GetType().Name);
            Tell([.. symbols]); // sent at the next moment
        }
    }

    private async Task Send(PortfolioView portfolio, HashSet<string> symbols)
    {
        foreach (var symbol in symbols)
        {
            var position = portfolio.Positions.FirstOrDefault(p => p.Symbol == symbol);
            await Send("position_update", position is null ? PortfolioShape.Flat(symbol) : shape.Text(position));
        }

        await Send("account_update", shape.Text(portfolio));
    }

    private ValueTask Send(string name, object argument) => line.WriteAsync(new InvocationMessage(name, [argument]));

    [LoggerMessage(EventId = 4033, Level = LogLevel.Warning, Message = "Balances could not be read, tried again: {Reason}")]
    private static partial void LogRetry(ILogger log, string reason);
}
