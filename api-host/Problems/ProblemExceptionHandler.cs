using Microsoft.AspNetCore.Diagnostics;

namespace Bourse.ApiHost.Problems;

/// <summary>Answers every exception of a request with a problem; only bugs are logged as errors.</summary>
public sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var problem = ProblemMap.Of(exception);
        if (problem is null)
        {
            LogBug(exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName);
            problem = ProblemMap.OfStatus(StatusCodes.Status500InternalServerError);
        }
        else if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            LogUnavailable(exception.GetType().Name, httpContext.GetEndpoint()?.DisplayName);
        }

        await ProblemResult.Write(httpContext, problem);
        return true;
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "A request failed: {Method} {Endpoint}")]
    private partial void LogBug(Exception exception, string method, string? endpoint);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "A request got no answer in time ({Reason}): {Endpoint}")]
    private partial void LogUnavailable(string reason, string? endpoint);
}
