using System.Text.Json;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <summary>
/// Ends a hub method that cannot do what is asked, and has given back a <see cref="Problem"/> or thrown, with an error whose text is what SignalR writes for an exception: a sentence,
/// then the problem that REST would answer, as compact JSON: <c>{"type":…,"title":…,"status":422,"code":"insufficient_funds","detail":"…"}</c>. The JSON begins at the first brace.
/// </summary>
public sealed partial class HubProblemFilter(ILogger<HubProblemFilter> log) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            var result = await next(invocationContext);
            return result is Problem refused ? Error(invocationContext, refused) : result;
        }
        catch (Exception e) when (e is not (OperationCanceledException or HubException))
        {
            var problem = ProblemMap.Of(e);
            if (problem is null)
            {
                LogBug(log, e, invocationContext.HubMethodName);
                problem = ProblemMap.OfStatus(StatusCodes.Status500InternalServerError);
            }

            return Error(invocationContext, problem);
        }
    }

    private static HubError Error(HubInvocationContext call, Problem problem) => new(
        $"An unexpected error occurred invoking '{call.HubMethodName}' on the server. HubException: {JsonSerializer.Serialize(problem, WireFormat.Options)}");

    [LoggerMessage(EventId = 4034, Level = LogLevel.Error, Message = "The hub method {Method} failed")]
    private static partial void LogBug(ILogger log, Exception exception, string method);
}
