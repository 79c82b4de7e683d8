using System.Diagnostics;
using Bourse.ApiHost;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Grains.Instruments;
using Bourse.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Api;

/// <summary>The whole platform in this process, on a real PostgreSQL, behind a real server on a free port of the loopback.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    public const string Stock = "TEST";
    public const string Coin = "TST/USD";
    private const int MaxStocks = 200;
    private const string House = "house-tests";

    /// <summary>L0, L1, … are those that <c>bourse load</c> quotes.</summary>
    public const int LoadSymbols = 10;

    /// <summary>Symbols that are there to be many; without a price at first.</summary>
    public static readonly string[] Many = [.. Enumerable.Range(1, 300).Select(i => $"M{i}")];
    public const string Password = "Correct-horse-1";
    public const string FriendlyOrigin = "https://friend.example";
    public const int SignUpsPerMinute = 600;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly PostgresFixture _postgres = new();
    private readonly Lazy<Task<ApiUser>> _shared;
    private readonly DirectoryInfo _webRoot = Directory.CreateTempSubdirectory("bourse-page-");
    private SiloStorage? _storage;
    private WebApplication? _app;
    private int _users;
    private int _stocks;

    public ApiFixture() => _shared = new Lazy<Task<ApiUser>>(async () =>
    {
        var user = await NewUser();
        await user.Limit("buy", 1, 95m);
        return user;
    });

    public Uri Address { get; private set; } = null!;

    public string ConnectionString => _postgres.ConnectionString;

    public IServiceProvider Services => _app!.Services;

    public Orleans.IGrainFactory Grains => Services.GetRequiredService<Orleans.IGrainFactory>();

    /// <summary>Signed in as the operator, who also may push ticks.</summary>
    public ApiUser Operator { get; private set; } = null!;

    public ApiUser Anonymous { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _storage = await SiloStorage.OpenAsync(_postgres.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(_webRoot.FullName, "index.html"), "<!doctype html><title>Page</title>");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", WebRootPath = _webRoot.FullName });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Auth:PasswordIterations"] = "1000",
            ["Http:HeadersTimeoutSeconds"] = "2",
            ["Http:CorsOrigins:0"] = FriendlyOrigin,
            ["Limits:SignUpsPerMinute"] = $"{SignUpsPerMinute}",
            ["Secrets:MasterKeys:0"] = "tests:" + System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
            ["Auth:Operator:Email"] = "operator@bourse.example",
            ["Auth:Operator:Username"] = "operator",
            ["Auth:Operator:Password"] = Password,
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddBourseSilo(_storage, _ => { });
        builder.AddBourseFrontEnd();
        _app = builder.Build();
        _app.MapBourseFrontEnd();
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        Anonymous = new ApiUser(this, null);
        await List();
        Operator = await SignInAsOperator();
        await Tick(Stock, 100m);
        await Tick(Coin, 10m);
    }

    public async Task DisposeAsync()
    {
        if (_app is { } app)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (_storage is { } storage)
        {
            await storage.DisposeAsync();
        }

        await _postgres.DisposeAsync();
        _webRoot.Delete(recursive: true);
    }

    /// <summary>A new user, signed in.</summary>
    public async Task<ApiUser> NewUser()
    {
        var name = $"user{Interlocked.Increment(ref _users)}x{Guid.NewGuid().ToString("N")[..8]}";
        var answer = await Anonymous.Post("/api/v1/auth/register", new { email = $"{name}@bourse.example", username = name, password = Password });
        answer.Status.ShouldBe(201, answer.Text);
        return new ApiUser(this, answer.Body);
    }

    /// <summary>A stock of its own for a test, at 100, with an empty book: tick 0.01, lot 1, no fees, always open.</summary>
    public async Task<string> NewStock()
    {
        var symbol = $"T{Interlocked.Increment(ref _stocks)}";
        _stocks.ShouldBeLessThan(MaxStocks);
        await Tick(symbol, 100m);
        return symbol;
    }

    /// <summary>A new user who holds so much of the stock, bought from the house at 100.</summary>
    public async Task<ApiUser> Holder(string symbol, int qty)
    {
        var user = await NewUser();
        var house = Grains.GetGrain<IAccountGrain>(House);
        await house.Open(new OpenAccount(House, "USD", 0, "house"));
        var terms = new OrderTerms(
            symbol, Side.Sell, OrderType.Limit, TimeInForce.Gtc, qty, 100m, null, false, false, SelfTradePrevention.CancelNewest, Guid.NewGuid().ToString("N"));
        (await house.Place(new PlaceOrder(terms))).Kind.ShouldBe(AnswerKind.Done);
        (await user.Limit("buy", qty, 100m, symbol)).GetProperty("status").GetString().ShouldBe("filled");
        return user;
    }

    /// <summary>A user with one open order, for tests that must change nothing.</summary>
    public Task<ApiUser> SharedUser() => _shared.Value;

    /// <summary>Lets a symbol trade and be quoted at a price, outside of our books.</summary>
    public async Task Tick(string symbol, decimal price)
    {
        var ticks = new[] { new { symbol, price, size = 1m, bid = price, bid_size = 1m, ask = price, ask_size = 1m } };
        await Until(async () => (await Operator.Post("/api/v1/market/ticks", ticks)).Status == 202);
        await Until(async () => (await Anonymous.Get($"/api/v1/market/quote/{symbol.Replace('/', '-')}")).Status == 200);
    }

    /// <summary>Waits for a condition; fails after half a minute.</summary>
    /// <param name="last">What to say then.</param>
    public static async Task Until(Func<Task<bool>> condition, Func<string>? last = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            watch.Elapsed.ShouldBeLessThan(Deadline, "The condition did not come about. " + last?.Invoke());
            await Task.Delay(20);
        }
    }

    private async Task List()
    {
        InstrumentView[] stocks = [.. Enumerable.Range(1, MaxStocks).Select(i => Listed($"T{i}", InstrumentStatus.Open))];
        await Grains.GetGrain<ICatalogueGrain>("catalogue").Upsert(
        [
            .. stocks,
            .. Enumerable.Range(0, LoadSymbols).Select(i => Listed($"L{i}", InstrumentStatus.Open)),
            .. Many.Select(symbol => Listed(symbol, InstrumentStatus.Open)),
            Listed(Stock, InstrumentStatus.Open),
            Listed("HALT", InstrumentStatus.Halted),
            Listed("CLOSED", InstrumentStatus.Closed),
            Listed("NYSE", InstrumentStatus.Open) with { Calendar = "us-equity" },
            Listed("NOPRICE", InstrumentStatus.Open),
            Listed("BARS", InstrumentStatus.Open),
            Listed(Coin, InstrumentStatus.Open) with { AssetClass = AssetClass.Crypto, LotSize = 0.0001m },
        ]);
        // The silo and the front end know what is new within a second.
        var silo = Services.GetRequiredService<InstrumentCatalogue>();
        await Until(async () => silo.TryGet(Stock, out _) && (await Anonymous.Get($"/api/v1/market/instruments/{Stock}")).Status == 200);
    }

    private static InstrumentView Listed(string symbol, InstrumentStatus status) =>
        new(symbol, $"{symbol} of the tests", AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, "always", status, 0m, 0m);

    private async Task<ApiUser> SignInAsOperator()
    {
        ApiUser? user = null;
        await Until(async () =>
        {
            var answer = await Anonymous.Post("/api/v1/auth/login", new { username = "operator", password = Password });
            user = answer.Status == 200 ? new ApiUser(this, answer.Body) : null;
            return user is not null && (await user.Post("/api/v1/market/ticks", Array.Empty<object>())).Status == 202;
        });
        return user!;
    }
}

[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "api";
}
