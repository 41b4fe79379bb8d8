using Azure;
using Azure.Identity;

namespace FunctionsEval.Storage.Azure;

/// <summary>Turns what the network, the service or the credential did into what a person can act on.</summary>
internal static class AzureErrors
{
    /// <summary>False for a bug of ours and for a cancellation.</summary>
    public static bool IsLostInfrastructure(Exception e) => e is RequestFailedException or AuthenticationFailedException or AggregateException;

    public static StorageException Describe(string what, Uri endpoint, Exception failure)
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

        // The first line says it; the rest of the SDK's message is the whole answer with its headers.
        var reason = e.Message.AsSpan().TrimStart();
        reason = reason[..(reason.IndexOfAny('\r', '\n') is >= 0 and var end ? end : reason.Length)];
        return new StorageException($"{what} at {endpoint.GetLeftPart(UriPartial.Path)} failed: {status}{reason}{advice}", failure);
    }
}
