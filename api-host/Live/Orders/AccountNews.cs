using Bourse.ApiHost.Accounts;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live.Orders;

/// <summary>
/// Sends one connection its account's newest balances and the positions that changed, at most twice a second: they are states, so that a newer one
/// stands for those before it.
/// </summary>
public sealed partial class AccountNews(
    IAccountGrain account, ISingleClientProxy client, PortfolioShape shape, TimeProvider clock, ILogger<AccountNews> log) : IAsyncDisposable
{
    private const int MaxSymbols = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly Lock guard = new();
    private readonly SemaphoreSlim told = new(0, 1);
    private readonly CancellationTokenSource stopping = new();
    private HashSet<string> changed = new(StringComparer.Ordinal);
    private bool dirty;
    private Task running = Task.CompletedTask;

    public void Start() => running = Task.Run(Run);

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

            if (!dirty)
            {
                dirty = true;
                told.Release();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
        told.Dispose();
    }

    private async Task Run()
    {
        while (!stopping.IsCancellationRequested)
        {
            await told.WaitAsync(stopping.Token);
            var symbols = Take();
            try
            {
                await Send(await account.GetPortfolio(), symbols);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogRetry(log, e.GetType().Name);
                Tell([.. symbols]);
            }

            await Task.Delay(Pause, clock, stopping.Token);
        }
    }

    private HashSet<string> Take()
    {
        lock (guard)
        {
            var taken = changed;
            changed = new HashSet<string>(StringComparer.Ordinal);
            dirty = false;
            return taken;
        }
    }

    private async Task Send(PortfolioView portfolio, HashSet<string> symbols)
    {
        foreach (var symbol in symbols)
        {
            var position = portfolio.Positions.FirstOrDefault(p => p.Symbol == symbol);
            await client.SendAsync("position_update", position is null ? PortfolioShape.Flat(symbol) : shape.Position(position), stopping.Token);
        }

        await client.SendAsync("account_update", shape.Portfolio(portfolio), stopping.Token);
    }

    [LoggerMessage(EventId = 4033, Level = LogLevel.Warning, Message = "Balances could not be read, tried again: {Reason}")]
    private static partial void LogRetry(ILogger log, string reason);
}
