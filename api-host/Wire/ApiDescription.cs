using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Bourse.ApiHost.Wire;

/// <summary>What the framework cannot see by itself for <c>/openapi/v1.json</c>: decimals, query parameters, who has to be signed in.</summary>
public static class ApiDescription
{
    private const string Scheme = "bearer";

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(openApi =>
    {
        openApi.AddSchemaTransformer(DescribeDecimal);
        openApi.AddOperationTransformer(DescribeOperation);
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Bourse";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Scheme,
                BearerFormat = "JWT",
            };
            return Task.CompletedTask;
        });
    });

    /// <summary>Bodies take decimals as strings too; answers that have them as numbers are market data.</summary>
    private static Task DescribeDecimal(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(decimal) || type == typeof(decimal?))
        {
            var isInput = context.JsonPropertyInfo?.DeclaringType.Name.EndsWith("Body", StringComparison.Ordinal) == true;
            schema.Format = null;
            schema.Type = JsonSchemaType.Number
                | (isInput ? JsonSchemaType.String : 0)
                | (type == typeof(decimal?) ? JsonSchemaType.Null : 0);
        }
        else if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String | (type == typeof(DateTimeOffset?) ? JsonSchemaType.Null : 0);
        }

        return Task.CompletedTask;
    }

    private static Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var query in metadata.OfType<QueryMetadata>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (metadata.OfType<IAuthorizeData>().Any() || metadata.OfType<AuthorizationPolicy>().Any())
        {
            operation.Security ??= [];
            operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] });
        }

        return Task.CompletedTask;
    }
}
