using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.AbTests;

/// <summary>What is wrong, in the body that the admin endpoints share: <c>{ok: false, error: {code, message}}</c>.</summary>
public sealed record AdminError(string Code, string Message)
{
    public const string FeatureDisabled = "FEATURE_DISABLED";
    public const string InvalidBody = "INVALID_BODY";
    public const string InvalidParam = "INVALID_PARAM";
    public const string Forbidden = "FORBIDDEN";
    public const string NotFound = "NOT_FOUND";
    public const string NotInitialized = "NOT_INITIALIZED";

    internal JsonHttpResult<AdminErrorBody> ToResult(int status) =>
        TypedResults.Json(new AdminErrorBody(false, this), EvalJson.Context.AdminErrorBody, statusCode: status);

    /// <summary>The body of a request, or what is wrong with it; read by hand, so that nothing is checked before the feature flag is.</summary>
    internal static async Task<(JsonElement Body, AdminError? Error)> ReadBodyAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(stream, default, cancellationToken);
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException exception)
        {
            return (default, new AdminError(InvalidBody, $"The body must be a JSON object: {JsonReason.Of(exception)}"));
        }
    }
}

public sealed record AdminErrorBody(bool Ok, AdminError Error);
