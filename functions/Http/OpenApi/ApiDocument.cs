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
        .AddSingleton<IApiDescriptionProvider, OwnBindings>()
        .AddOpenApi(Name, options =>
        {
            // Generators of clients know 3.0 best.
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
            options.ShouldInclude = description => description.HttpMethod != HttpMethods.Head && IsDescribed(description.RelativePath);
            options.AddOperationTransformer(RequestBodies.ApplyAsync);
            options.AddOperationTransformer((operation, context, _) => OperationTexts.ApplyAsync(operation, context));
            options.AddOperationTransformer((operation, context, _) => ErrorResponses.ApplyAsync(operation, context));
            options.AddSchemaTransformer((schema, _, _) =>
            {
                // The framework lists the names and leaves their type out; generators take such values for numbers.
                if (schema is { Type: null, Enum.Count: > 0 })
                {
                    schema.Type = JsonSchemaType.String;
                }

                return Task.CompletedTask;
            });
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

    /// <summary>The pages are for people, and this document describes neither itself nor what is made of it.</summary>
    public static bool IsDescribed(string? path) =>
        path?.TrimStart('/') is { } relative && relative.StartsWith("api/", StringComparison.Ordinal)
        && !relative.StartsWith("api/pages", StringComparison.Ordinal) && relative is not ("api/openapi.json" or "api/docs");

    /// <summary>In UTF-8.</summary>
    public Task<byte[]> JsonAsync() => _json.Value;

    public static async Task<FileContentHttpResult> Get(ApiDocument document)
    {
        var json = await document.JsonAsync();
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
