using System.Text.Json;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live;

/// <summary>
/// Ends a hub method that cannot do what is asked with a <see cref="HubException"/> whose message is the problem that REST would answer, as compact JSON:
/// <c>{"type":…,"title":…,"status":422,"code":"insufficient_funds","detail":"…"}</c>. SignalR puts a sentence before it; the JSON begins at the first brace.
/// </summary>
public sealed partial class HubProblemFilter(ILogger<HubProblemFilter> log) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception e) when (e is not (OperationCanceledException or HubException))
        {
            var problem = ProblemMap.Of(e);
            if (problem is null)
            {
                LogBug(log, e, invocationContext.HubMethodName);
                problem = ProblemMap.OfStatus(StatusCodes.Status500InternalServerError);
            }

            throw new HubException(JsonSerializer.Serialize(problem, WireFormat.Options));
        }
    }

    [LoggerMessage(EventId = 4034, Level = LogLevel.Error, Message = "The hub method {Method} failed")]
    private static partial void LogBug(ILogger log, Exception exception, string method);
}
