using System.Text.Json;
using Azure;
using Azure.Identity;

namespace FunctionsEval.Storage.Azure;

/// <summary>What the Table service says when it refuses.</summary>
internal static class TableErrors
{
    public const string TableNotFound = "TableNotFound";

    public static RequestFailedException ToException(Response response)
    {
        var (code, message) = Parse(response.Content.ToString());
        code ??= response.Headers.TryGetValue("x-ms-error-code", out var header) ? header : null;
        return new RequestFailedException(response.Status, message.Length > 0 ? message : response.ReasonPhrase, code, null);
    }

    /// <summary>Code and message of an OData error: the JSON object in the text.</summary>
    public static (string? Code, string Message) Parse(string text)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        var end = text.LastIndexOf('}');
        if (start < 0 || end < start)
        {
            return (null, text.Trim());
        }

        try
        {
            using var json = JsonDocument.Parse(text.AsMemory(start, end - start + 1));
            var error = json.RootElement.GetProperty("odata.error");
            return (error.GetProperty("code").GetString(), error.GetProperty("message").GetProperty("value").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, text.Trim());
        }
    }

    /// <summary>True for what the network, the service or the credential did: not for a bug of ours or a cancellation.</summary>
    public static bool IsLostInfrastructure(Exception e) => e is RequestFailedException or AuthenticationFailedException or AggregateException;

    public static StorageException Lost(string what, Uri endpoint, Exception failure)
    {
        // When every retry failed, the pipeline throws all of them as one.
        var e = failure is AggregateException { InnerExceptions: [.., var last] } ? last : failure;
        var status = e is RequestFailedException { Status: > 0 } refused ? $"{refused.Status} {refused.ErrorCode}: " : "";
        var advice = e switch
        {
            AuthenticationFailedException => " Check the identity and that it is signed in.",
            RequestFailedException { Status: 401 or 403 } =>
                " Check the account key, or that the identity has a data role (Storage Table/Queue Data Contributor), and the firewall.",
            RequestFailedException { Status: 0 } or HttpRequestException or OperationCanceledException => " Check the address and that the service runs.",
            _ => "",
        };
        return new StorageException($"{what} at {endpoint.GetLeftPart(UriPartial.Path)} failed: {status}{e.Message.ReplaceLineEndings(" ")}{advice}", failure);
    }
}
