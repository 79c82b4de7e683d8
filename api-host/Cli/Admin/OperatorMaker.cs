using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Cli.Serve;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Users;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.ApiHost.Cli.Admin;

/// <summary>The operator to be.</summary>
internal sealed record NewOperator(string Email, string Username, string? Password)
{
    /// <summary>Without the password, so that it does not end in a log.</summary>
    public override string ToString() => Username;
}

/// <summary>Makes an operator: as a client of the silos that serve on the database, or on a silo of its own, without market data, where none does.</summary>
internal static class OperatorMaker
{
    private static readonly string[] s_roles = [Roles.Operator, Roles.RiskOfficer];

    /// <summary>Gives back the user's id. Throws <see cref="ProblemException"/> when the name is taken and the password is another's, or the sign-up is refused.</summary>
    /// <param name="dataDir">Whose master key opens the platform's secrets, where none is set otherwise.</param>
    public static async Task<string> Run(NewOperator wanted, string connectionString, string dataDir, CancellationToken cancellation)
    {
        await using var storage = await SiloStorage.IsServed(connectionString, cancellation)
            ? null
            : await SiloStorage.OpenAsync(connectionString, null, TimeProvider.System, NullLoggerFactory.Instance, cancellation);
        await using var history = new HistoryStorage(connectionString, null);
        using var host = Build(dataDir, builder => _ = storage is null
            ? builder.AddBourseClient(connectionString, history)
            : builder.UseOrleans(silo => silo.ServeAlone().AddBourseGrains(storage)));
        await host.StartAsync(cancellation);
        try
        {
            return await Make(wanted, host.Services, cancellation);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<string> Make(NewOperator wanted, IServiceProvider services, CancellationToken cancellation)
    {
        var (signIn, grains, audit) = (services.GetRequiredService<SignIn>(), services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<AuditTrail>());
        TokensJson session;
        try
        {
            session = await signIn.Register(wanted.Email, wanted.Username, wanted.Password!, ClientInfo.Inside, cancellation);
        }
        catch (ProblemException taken) when (taken.Problem.Status == StatusCodes.Status409Conflict)
        {
            session = await signIn.Login(IUserNameGrain.ForEmail(wanted.Email), wanted.Password!, code: null, ClientInfo.Inside, cancellation);
        }

        await signIn.Logout(session.RefreshToken);
        foreach (var role in s_roles)
        {
            await audit.Write(new AuditRecord("role.granted", "cli", "", session.UserId, "made by bourse admin", role));
            await grains.GetGrain<IUserGrain>(session.UserId).Grant(role);
        }

        return session.UserId;
    }

    private static IHost Build(string dataDir, Action<HostApplicationBuilder> addCluster)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = false, Args = [] });
        if (Directory.Exists(dataDir))
        {
            builder.Configuration.AddMasterKey(dataDir);
        }

        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        addCluster(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<AuthOptions>().BindConfiguration("Auth").ValidateDataAnnotations();
        builder.Services.AddOptions<SecretOptions>().BindConfiguration("Secrets");
        builder.Services.AddSingleton<SigningKeys>().AddSingleton<AccessTokens>().AddSingleton<Passwords>().AddSingleton<LiveSessions>()
            .AddSingleton<SecretBox>().AddSingleton<AuditTrail>().AddSingleton<SignIn>();
        return builder.Build();
    }
}
