namespace Bourse.ApiHost.Wire;

/// <summary>A parameter of an endpoint's query string, for the description of the API.</summary>
/// <param name="Description">What it takes and what holds without it.</param>
public sealed record QueryMetadata(string Name, string Description);

/// <summary>Tells OpenAPI which query parameters an endpoint reads.</summary>
public static class QueryMetadataExtensions
{
    public static TBuilder WithQuery<TBuilder>(this TBuilder builder, params (string Name, string Description)[] parameters)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var (name, description) in parameters)
        {
            builder.WithMetadata(new QueryMetadata(name, description));
        }

        return builder;
    }
}
