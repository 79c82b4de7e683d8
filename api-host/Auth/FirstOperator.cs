using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Users;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>Makes the operator that the settings name, when there is one, and gives it its roles. Only the settings' password lets it be the one.</summary>
public sealed partial class FirstOperator(
    SignIn signIn, IGrainFactory grains, IOptions<AuthOptions> options, TimeProvider clock, ILogger<FirstOperator> log) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);
    private static readonly string[] s_roles = [Roles.Operator, Roles.RiskOfficer, Roles.Feed];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Operator is not { } wanted)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Make(wanted, stoppingToken);
                return;
            }
            catch (ProblemException refused) when (refused.Problem.Status < StatusCodes.Status500InternalServerError)
            {
                LogRefused(log, refused.Problem.Code);
                return;
            }
            catch (Exception e) when (ProblemMap.Of(e) is not null)
            {
                LogRetry(log, e.GetType().Name); // the grains are not up yet
                await Task.Delay(RetryPause, clock, stoppingToken);
            }
        }
    }

    private async Task Make(OperatorOptions wanted, CancellationToken cancellation)
    {
        TokensJson session;
        try
        {
            session = await signIn.Register(wanted.Email, wanted.Username, wanted.Password, ClientInfo.Inside, cancellation);
        }
        catch (ProblemException taken) when (taken.Problem.Status == StatusCodes.Status409Conflict)
        {
            session = await signIn.Login(IUserNameGrain.ForEmail(wanted.Email), wanted.Password, code: null, ClientInfo.Inside, cancellation);
        }

        await signIn.Logout(session.RefreshToken);
        foreach (var role in s_roles)
        {
            await grains.GetGrain<IUserGrain>(session.UserId).Grant(role);
        }
    }

    [LoggerMessage(EventId = 4040, Level = LogLevel.Error, Message = "The operator of the settings was not made: {Code}")]
    private static partial void LogRefused(ILogger log, string code);

    [LoggerMessage(EventId = 4041, Level = LogLevel.Information, Message = "The operator of the settings waits for the grains: {Reason}")]
    private static partial void LogRetry(ILogger log, string reason);
}
