using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Http;

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
        TypedResults.Json(new AdminErrorBody(false, this), AdminJson.Context.AdminErrorBody, statusCode: status);

    /// <summary>The body of a request, or what is wrong with it; read by hand, so that nothing is checked before the feature flag is.</summary>
    internal static async Task<(JsonElement Body, AdminError? Error)> ReadBodyAsync(RawBody body, CancellationToken cancellationToken)
    {
        var (document, fault) = JsonText.Parse(await body.ReadAsync(cancellationToken));
        using (document)
        {
            return document is null
                ? (default, new AdminError(InvalidBody, fault!.Field is null ? $"The body must be a JSON object: {fault.Message}" : fault.Message))
                : (document.RootElement.Clone(), null);
        }
    }
}

public sealed record AdminErrorBody(bool Ok, AdminError Error);

[JsonSerializable(typeof(AdminErrorBody))]
internal sealed partial class AdminJson : JsonSerializerContext
{
    public static AdminJson Context { get; } = new(JsonRules.NewOptions());
}
