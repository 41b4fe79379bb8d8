using System.Reflection;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace FunctionsEval.Http.OpenApi;

/// <summary>What <see cref="Body{T}"/> and <see cref="RawBody"/> read, which the framework cannot know.</summary>
internal static class RequestBodies
{
    public static async Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var parameters = metadata.OfType<MethodInfo>().FirstOrDefault()?.GetParameters() ?? [];
        if (parameters.Select(parameter => TypeOf(parameter.ParameterType)).FirstOrDefault(type => type is not null) is not { } type)
        {
            return;
        }

        var schema = await SchemaAsync(type, context, cancellationToken);
        var types = metadata.OfType<BodyTypes>().LastOrDefault() ?? BodyTypes.Json;
        operation.RequestBody = new OpenApiRequestBody
        {
            Description = types.What,
            Required = true,
            Content = types.Example.Split([", ", " or "], StringSplitOptions.None)
                .ToDictionary(mediaType => mediaType, _ => new OpenApiMediaType { Schema = schema }, StringComparer.Ordinal),
        };
    }

    private static Type? TypeOf(Type parameter) =>
        parameter == typeof(RawBody) ? typeof(object)
        : parameter.IsGenericType && parameter.GetGenericTypeDefinition() == typeof(Body<>) ? parameter.GetGenericArguments()[0]
        : null;

    private static async Task<IOpenApiSchema> SchemaAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (type == typeof(object))
        {
            return new OpenApiSchema();
        }

        var schema = await context.GetOrCreateSchemaAsync(type, parameterDescription: null, cancellationToken);
        foreach (var computed in Computed(type, context.ApplicationServices))
        {
            schema.Properties?.Remove(computed);
        }

        context.Document!.AddComponent<IOpenApiSchema>(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    /// <summary>Properties that are made of others: a request that has them is refused, as <see cref="RequestShape"/> says.</summary>
    private static IEnumerable<string> Computed(Type type, IServiceProvider parts) =>
        parts.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions.GetTypeInfo(type).Properties
            .Where(property => property.AssociatedParameter is null).Select(property => property.Name);
}

/// <summary>Takes parameters that bind themselves out of the description, where they would be query parameters.</summary>
internal sealed class OwnBindings : IApiDescriptionProvider
{
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        foreach (var parameters in context.Results.Select(description => description.ParameterDescriptions))
        {
            foreach (var own in parameters.Where(parameter => parameter.Source == BindingSource.Custom).ToList())
            {
                parameters.Remove(own);
            }
        }
    }
}
