using Bourse.Domain.Matching;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

// A backend service beside Bourse: it joins the cluster as a client, looks at an account, places an order, and follows the account's stream.
// usage: sample CONNECTION_STRING ACCOUNT SYMBOL LIMIT_PRICE
if (args is not [var database, var accountId, var symbol, var price])
{
    Console.Error.WriteLine("usage: sample CONNECTION_STRING ACCOUNT SYMBOL LIMIT_PRICE");
    return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.UseOrleansClient(client =>
{
    client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
    client.AddMemoryStreams(Streams.Provider);
});
using var host = builder.Build();
await host.StartAsync();
var cluster = host.Services.GetRequiredService<IClusterClient>();
var account = cluster.GetGrain<IAccountGrain>(accountId);

// Listen first, then ask the account to publish, then act: nothing falls between.
var seen = new TaskCompletionSource<OrderUpdate>(TaskCreationOptions.RunContinuationsAsynchronously);
var clientOrderId = $"sample-{Guid.NewGuid():N}";
await cluster.GetStreamProvider(Streams.Provider).GetStream<AccountNotice>(StreamId.Create(Streams.Account, accountId)).SubscribeAsync((notice, _) =>
{
    if (notice.Updates.FirstOrDefault(update => update.Order.ClientOrderId == clientOrderId) is { } mine)
    {
        seen.TrySetResult(mine);
    }

    return Task.CompletedTask;
});
await account.Watch();

var portfolio = await account.GetPortfolio();
Console.WriteLine($"portfolio: {portfolio.Cash} {portfolio.Currency} in cash, {portfolio.Positions.Count} positions");

// The same client order id may be sent again when the outcome is unknown: it counts once.
var answer = await account.Place(new PlaceOrder(new OrderTerms(
    symbol, Side.Buy, OrderType.Limit, TimeInForce.Gtc, 1m, decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture), null,
    PostOnly: false, ReduceOnly: false, SelfTradePrevention.CancelNewest, clientOrderId)));
Console.WriteLine($"order: {answer.Kind} {answer.Order?.Status} {answer.Code}");
var update = await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
Console.WriteLine($"stream: event {update.Seq} {update.Event} of {update.Order.Symbol}");
await host.StopAsync();
return 0;
