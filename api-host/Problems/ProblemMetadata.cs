namespace Bourse.ApiHost.Problems;

/// <summary>Tells OpenAPI which problems an endpoint answers with.</summary>
public static class ProblemMetadata
{
    public static TBuilder WithProblems<TBuilder>(this TBuilder builder, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), ["application/problem+json"]));
        }

        return builder;
    }
}
