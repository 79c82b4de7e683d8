using System.Runtime.InteropServices;
using System.Text.Json;
using Bourse.GrainInterfaces;
using Orleans.Runtime;

namespace Bourse.ApiHost.Problems;

/// <summary>Which problem an exception or a bare status is.</summary>
public static class ProblemMap
{
    /// <summary>The problem of an exception; null when it is a bug, which is a 500.</summary>
    public static Problem? Of(Exception exception) => exception switch
    {
        ProblemException known => known.Problem,
        BadHttpRequestException bad => OfStatus(bad.StatusCode),
        JsonException json => OfJson(json),
        // What a database throws in another process arrives as an ExternalException.
        OutcomeUnknownException or TimeoutException or OrleansException or ExternalException =>
            Problem.Unavailable("The outcome is unknown or the system sheds load; repeat the same request."),
        _ => null,
    };

    /// <summary>The problem of a status that came without a body.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Problem.Malformed(null, "The request cannot be read."),
        StatusCodes.Status401Unauthorized => Problem.Unauthorized("unauthorized", "Sign in first."),
        StatusCodes.Status403Forbidden => new Problem(status, "forbidden", "Your role does not allow this."),
        StatusCodes.Status404NotFound => Problem.NotFound("not_found", "There is nothing here."),
        StatusCodes.Status405MethodNotAllowed => new Problem(status, "method_not_allowed", "This address does not know that method."),
        StatusCodes.Status408RequestTimeout => new Problem(status, "request_timeout", "The request came too slowly."),
        StatusCodes.Status413PayloadTooLarge => new Problem(status, "too_large", "The request is too large."),
        StatusCodes.Status415UnsupportedMediaType => new Problem(status, "unsupported_media_type", "Send application/json."),
        StatusCodes.Status503ServiceUnavailable => Problem.Unavailable("The system sheds load; repeat the same request."),
        >= 500 => new Problem(status, "internal", "Something went wrong here."),
        _ => new Problem(status, "refused", "The request was refused."),
    };

    /// <summary>Where JSON cannot be read, with the member at fault.</summary>
    public static Problem OfJson(JsonException exception)
    {
        var path = exception.Path;
        var field = path is { Length: > 2 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;
        return Problem.Malformed(field, field is null ? "The body is not the JSON that is expected here." : $"{field} cannot be read.");
    }
}
