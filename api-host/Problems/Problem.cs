using System.Text.Json.Serialization;
using Bourse.ApiHost.Orders;
using Microsoft.AspNetCore.WebUtilities;

namespace Bourse.ApiHost.Problems;

/// <summary>
/// Why a request was not done, as RFC 9457 writes it, with a stable <see cref="Code"/>. REST answers it as
/// <c>application/problem+json</c>; the hub puts the same JSON into the message of its <c>HubException</c>.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">What programs go by; never changes its meaning.</param>
/// <param name="Detail">What a person reads.</param>
public sealed record Problem(int Status, string Code, string Detail)
{
    public string Type => "about:blank";

    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>The member of the request that is at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    /// <summary>The order as it stands, where there is one: rejected by the book, or with an outcome still unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OrderJson? Order { get; init; }

    /// <summary>Goes out as the header <c>Retry-After</c>, in seconds.</summary>
    [JsonIgnore]
    public int? RetryAfterSeconds { get; init; }

    /// <summary>400: the request cannot be read.</summary>
    public static Problem Malformed(string? field, string detail) => new(StatusCodes.Status400BadRequest, "malformed", detail) { Field = field };

    /// <summary>422: understood and refused.</summary>
    public static Problem Refused(string code, string detail, string? field = null) =>
        new(StatusCodes.Status422UnprocessableEntity, code, detail) { Field = field };

    public static Problem NotFound(string code, string detail) => new(StatusCodes.Status404NotFound, code, detail);

    public static Problem Unauthorized(string code, string detail) => new(StatusCodes.Status401Unauthorized, code, detail);

    /// <summary>503: the outcome is unknown, or the system sheds load.</summary>
    public static Problem Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", detail) { RetryAfterSeconds = 1 };
}

/// <summary>Ends a request with a problem, from where its input is read.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
