using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FunctionsEval.Http.OpenApi;

/// <summary>The errors of an operation: problem+json, but for the routes of admins that have a body of their own.</summary>
internal static class ErrorResponses
{
    private const string Problem = "Problem";
    private const string AdminProblem = "AdminProblem";

    private static readonly string[] OwnBody = ["api/admin/abtests", "api/admin/run", "api/admin/credits"];
    private static readonly string[] OfState = ["pause", "resume", "cancel", "extend", "retry", "rescore", "review", "acknowledge"];

    /// <summary>Errors of single operations, by method and path.</summary>
    private static readonly Dictionary<string, (int Status, string Text)[]> OfOne = new(StringComparer.Ordinal)
    {
        ["POST api/runs"] = [(404, "The definition does not exist."), (422, "The idempotency key was sent before with another body.")],
        ["POST api/runs/estimate"] = [(404, "The definition does not exist.")],
        ["POST api/plans"] = [(404, "The pilot does not exist.")],
        ["GET api/compare"] = [(404, "A run does not exist.")],
        ["PUT api/settings"] = [(412, "The settings were changed since they were read.")],
    };

    public static Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var path = context.Description.RelativePath!;
        var document = context.Document!;
        document.AddComponent<IOpenApiSchema>(Problem, ProblemSchema());
        document.AddComponent<IOpenApiSchema>(AdminProblem, AdminSchema());
        var isAdmin = OwnBody.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));
        operation.Responses ??= [];
        if (!operation.Responses.Keys.Any(status => status.StartsWith('2')))
        {
            operation.Responses["200"] = new OpenApiResponse { Description = "OK" };
        }

        foreach (var (status, text) in ErrorsOf(operation, path, context.Description.HttpMethod))
        {
            // The key is checked before the routes of admins are reached.
            var hasOwnBody = isAdmin && status is not (401 or 403);
            operation.Responses[$"{status}"] = new OpenApiResponse
            {
                Description = text,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [hasOwnBody ? "application/json" : "application/problem+json"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(hasOwnBody ? AdminProblem : Problem, document),
                        Example = hasOwnBody ? AdminExample(text) : ProblemExample(status, text),
                    },
                },
            };
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<(int Status, string Text)> ErrorsOf(OpenApiOperation operation, string path, string? method)
    {
        if (path == "api/health")
        {
            yield return (503, "The store or the queue cannot be reached.");
            yield break;
        }

        if (operation.RequestBody is not null || operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Query) == true)
        {
            yield return (400, "The request breaks a rule: field, value and rule are named.");
        }

        yield return (401, "The key is missing or wrong.");
        yield return (403, "Without a key only this machine is served, and no page of another site.");
        if (path.Contains('{', StringComparison.Ordinal))
        {
            yield return (404, "It does not exist.");
        }

        foreach (var error in OfOne.GetValueOrDefault($"{method} {path.Trim('/')}") ?? [])
        {
            yield return error;
        }

        if (method == "DELETE" || OfState.Contains(path.Split('/')[^1]))
        {
            yield return (409, "Its state does not allow it.");
        }

        if (operation.RequestBody is not null)
        {
            yield return (413, "The body is too long.");
            yield return (415, "The body has another content type.");
        }

        yield return (503, "The store cannot be reached.");
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457; errors has the messages by field.",
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text(),
            ["title"] = Text(),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["detail"] = Text(),
            ["traceId"] = Text(),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text() },
            },
        },
    };

    private static OpenApiSchema AdminSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["ok"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["error"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["code"] = Text(), ["message"] = Text() },
            },
        },
    };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static JsonObject ProblemExample(int status, string text) => status == 400
        ? new JsonObject
        {
            ["title"] = "One or more validation errors occurred.",
            ["status"] = status,
            ["detail"] = "pageSize must be between 1 and 1000, but is 0.",
            ["errors"] = new JsonObject { ["pageSize"] = new JsonArray("pageSize must be between 1 and 1000, but is 0.") },
        }
        : new JsonObject { ["status"] = status, ["detail"] = text };

    private static JsonObject AdminExample(string text) => new() { ["ok"] = false, ["error"] = new JsonObject { ["code"] = "INVALID_PARAM", ["message"] = text } };
}
