using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace FunctionsEval.Http.OpenApi;

/// <summary>The API as an OpenAPI document, made of the endpoints at the first request and kept.</summary>
internal sealed class ApiDocument(IServiceProvider parts)
{
    private const string Name = "v1";

    private readonly Lazy<Task<byte[]>> _json = new(() => WriteAsync(parts));

    public static void AddTo(IServiceCollection services) => services
        .AddSingleton<ApiDocument>()
        .AddSingleton<IApiDescriptionProvider, RequestBodies>()
        .AddOpenApi(Name, options =>
        {
            // Generators of clients know 3.0 best.
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
            options.ShouldInclude = description => description.HttpMethod != HttpMethods.Head && IsDescribed(description.RelativePath);
            options.AddOperationTransformer((operation, context, _) => OperationTexts.ApplyAsync(operation, context));
            options.AddOperationTransformer((operation, context, _) => ErrorResponses.ApplyAsync(operation, context));
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "FunctionsEval",
                    Version = Name,
                    Description = "Tells which prompt, model or setting is really better, and how sure you may be. Errors are problem+json that name field, value and rule.",
                };
                document.Servers = [];
                return Task.CompletedTask;
            });
        });

    /// <summary>The pages are for people, and this document does not describe itself.</summary>
    public static bool IsDescribed(string? path) =>
        path?.TrimStart('/') is { } relative && relative.StartsWith("api/", StringComparison.Ordinal)
        && !relative.StartsWith("api/pages", StringComparison.Ordinal) && relative != "api/openapi.json";

    public static async Task<FileContentHttpResult> Get(ApiDocument document)
    {
        var json = await document._json.Value;
        return TypedResults.Bytes(json, "application/json", entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(json))[..16]}\""));
    }

    private static async Task<byte[]> WriteAsync(IServiceProvider parts)
    {
        var document = await parts.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync(CancellationToken.None);
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_0, CancellationToken.None);
        return json.ToArray();
    }
}

/// <summary>What <see cref="Body{T}"/> and <see cref="RawBody"/> read, which the framework cannot know: it would take them for query parameters.</summary>
internal sealed class RequestBodies : IApiDescriptionProvider
{
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        foreach (var description in context.Results)
        {
            foreach (var bound in description.ParameterDescriptions.Where(parameter => parameter.Source == Microsoft.AspNetCore.Mvc.ModelBinding.BindingSource.Custom).ToList())
            {
                description.ParameterDescriptions.Remove(bound);
                if (TypeOf(bound.Type) is { } type)
                {
                    Describe(description, type);
                }
            }
        }
    }

    private static Type? TypeOf(Type parameter) =>
        parameter == typeof(RawBody) ? typeof(JsonNode)
        : parameter.IsGenericType && parameter.GetGenericTypeDefinition() == typeof(Body<>) ? parameter.GetGenericArguments()[0]
        : null;

    private static void Describe(ApiDescription description, Type type)
    {
        description.ParameterDescriptions.Add(new ApiParameterDescription
        {
            Name = "body",
            Type = type,
            Source = Microsoft.AspNetCore.Mvc.ModelBinding.BindingSource.Body,
            IsRequired = true,
        });
        var types = description.ActionDescriptor.EndpointMetadata.OfType<BodyTypes>().LastOrDefault() ?? BodyTypes.Json;
        foreach (var mediaType in types.Example.Split([", ", " or "], StringSplitOptions.None))
        {
            description.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = mediaType });
        }
    }
}
