using System.Reflection;
using System.Text.Json;
using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.Http.Metadata;

namespace Bourse.ApiHost.Wire;

/// <summary>The body of a request, read strictly: the media type must be JSON, and what cannot be read is told with its member.</summary>
/// <typeparam name="T">What the body holds.</typeparam>
public sealed record JsonBody<T>(T Value) : IEndpointParameterMetadataProvider
    where T : class
{
    public static async ValueTask<JsonBody<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ProblemException(ProblemMap.OfStatus(StatusCodes.Status415UnsupportedMediaType));
        }

        var value = await JsonSerializer.DeserializeAsync<T>(context.Request.Body, WireFormat.Options, context.RequestAborted);
        return value is null
            ? throw new ProblemException(Problem.Malformed(null, "The body is empty."))
            : new JsonBody<T>(value);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
}
