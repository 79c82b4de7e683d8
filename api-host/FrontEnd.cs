using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Admin;
using Bourse.ApiHost.Alerts;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Auth.Keys;
using Bourse.ApiHost.Health;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live;
using Bourse.ApiHost.Live.Bars;
using Bourse.ApiHost.Live.Depth;
using Bourse.ApiHost.Live.Frames;
using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Live.Stream;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Page;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Risk;
using Bourse.ApiHost.Security;
using Bourse.ApiHost.Watchlists;
using Bourse.ApiHost.Wire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost;

/// <summary>
/// The front end: REST, the hub, health and the browser's page, on top of a cluster client (and an <c>IHistoryReader</c>) that the host
/// brings. <c>serve</c> is a silo and this.
/// </summary>
public static partial class FrontEnd
{
    /// <summary>Who asks for readiness wants to know soon.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Pings go to busy connections too, so not more often than clients need, whose default is to wait 30 s.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(20);

    /// <summary>Clients ping every 15 s, but a browser slows the timers of a hidden page down to one a minute.</summary>
    private static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(75);

    /// <summary>How many hub calls of one connection may be under way; orders of one trader need not wait for one another.</summary>
    private const int HubCallsAtOnce = 64;

    public static WebApplicationBuilder AddBourseFrontEnd(this WebApplicationBuilder builder)
    {
        builder.AddHttpHardening();
        builder.AddStartChecks();
        builder.WebHost.UseSockets();
        var services = builder.Services;
        services.AddOptions<SocketTransportOptions>().Configure<IOptions<LiveOptions>>((sockets, live) => SocketBuffers.Configure(sockets, live.Value.StallTimeout));
        services.AddOptions<AuthOptions>().BindConfiguration("Auth").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SecretOptions>().BindConfiguration("Secrets");
        services.AddOptions<LiveOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddClock();
        services.ConfigureHttpJsonOptions(json => WireFormat.Apply(json.SerializerOptions));
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddResponseCompression();
        services.AddApiDescription();
        services.AddSingleton<DatabaseCheck>();
        services.AddHealthChecks()
            .AddCheck<GrainsCheck>("grains", tags: [HealthEndpoints.Ready], timeout: CheckTimeout)
            .AddCheck<DatabaseCheck>("postgres", tags: [HealthEndpoints.Ready], timeout: CheckTimeout);
        AddSignIn(services);
        AddTrading(services);
        AddLive(services);
        return builder;
    }

    public static WebApplication MapBourseFrontEnd(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(status => ProblemResult.Write(status.HttpContext, ProblemMap.OfStatus(status.HttpContext.Response.StatusCode)));
        app.UseResponseCompression();
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseMiddleware<LimitMiddleware>();
        app.UseKeyScopes();
        app.UseAuthorization();
        app.UseBrowserPage();
        app.UseInstrumentGate();
        app.Use(FrameStream.Use);
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.Zero }); // a timer for each would be walked over three times a second, see SilencePings
        var live = app.Services.GetRequiredService<IOptions<LiveOptions>>().Value;

        var api = app.MapGroup("/api/v1");
        api.MapAuth();
        api.MapProfile();
        api.MapKeys();
        api.MapOwnData();
        api.MapOrders();
        api.MapAccounts();
        api.MapMarket();
        api.MapRisk();
        api.MapHalts();
        api.MapWatchlists();
        api.MapAlerts();
        api.MapAdmin();
        api.MapUserAdmin();
        api.MapSilos();
        api.MapVenueKeys();
        api.MapAudit();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapConnections(
            TradingHub.Path,
            new HttpConnectionDispatcherOptions
            {
                Transports = HttpTransportType.WebSockets,
                CloseOnAuthenticationExpiration = true,
                ApplicationMaxBufferSize = HttpHardening.MaxRequestBytes,
                TransportSendTimeout = live.StallTimeout,
            },
            connection => connection.Use(HubPipes.Use(app.Services.GetRequiredService<SendLane>(), live.StallTimeout)).UseHub<TradingHub>())
        .WithMetadata(new HubMetadata(typeof(TradingHub)))
        .RequireAuthorization(policy => policy.RequireAssertion(
            context => context.User.Identity?.IsAuthenticated == true || context.Resource is HttpContext http && !BearerHandler.HasToken(http)));
        app.MapStream();
        MapDashboard(app);
        return app;
    }

    /// <summary>Only official Orleans has a dashboard; see <c>Dashboard/</c>.</summary>
    static partial void MapDashboard(WebApplication app);

    private static void TryAddClock(this IServiceCollection services)
    {
        if (!services.Any(service => service.ServiceType == typeof(TimeProvider)))
        {
            services.AddSingleton(TimeProvider.System);
        }
    }

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddAuthentication(BearerHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null);
        services.AddAuthorization();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<LiveSessions>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<KeySignIn>();
        services.AddSingleton<SecretBox>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<AuditTrail>();
        services.AddHostedService<FirstOperator>();
    }

    private static void AddTrading(IServiceCollection services)
    {
        services.AddSingleton<InstrumentCache>();
        services.AddHostedService<InstrumentRefresh>();
        services.AddSingleton<OrderShape>();
        services.AddSingleton<OrderAnswers>();
        services.AddSingleton<OrderDesk>();
        services.AddSingleton<OrderLists>();
        services.AddSingleton<PortfolioShape>();
    }

    private static void AddLive(IServiceCollection services)
    {
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = HttpHardening.MaxRequestBytes;
            hub.KeepAliveInterval = PingInterval;
            hub.ClientTimeoutInterval = SilenceTimeout;
            hub.MaximumParallelInvocationsPerClient = HubCallsAtOnce;
        }).AddJsonProtocol(json => WireFormat.Apply(json.PayloadSerializerOptions));
        services.AddSingleton<IHubProtocol, HubProtocol>(); // in place of SignalR's own of the same name
        services.AddSingleton<HubProblemFilter>();
        services.AddOptions<HubOptions>().Configure<HubProblemFilter>((hub, filter) => hub.AddFilter(filter)); // a filter's type would be looked up in each call
        services.AddSingleton<HubLifetimeManager<TradingHub>, HubLines>();
        services.AddSingleton<HubServices>();
        services.AddSingleton<IHubActivator<TradingHub>, HubActivator>();
        services.AddSingleton<SendLane>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<StreamServices>();
        services.AddHostedService<FrontEndDrain>();
        services.AddHosted<FlushWheel>();
        services.AddHosted<QuoteFanOut>();
        services.AddHosted<DepthFanOut>();
        services.AddHosted<BarFanOut>();
        services.AddHosted<AccountChannels>();
        services.AddHosted<NewsBeat>();
        services.AddHosted<HaltNews>();
        services.AddHostedService<SessionSweep>();
        services.AddHostedService<SilencePings>();
    }

    /// <summary>One that others use, and that runs with the host.</summary>
    private static void AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
