using System.Net.Sockets;

namespace FunctionsEval.Providers.Wire;

/// <summary>Names what went wrong when no complete HTTP response came.</summary>
internal static class TransportFailure
{
    public static ModelOutcome.Failed Of(Exception exception, ProviderEndpoint options, ModelRequest request)
    {
        var causes = Causes(exception).ToList();
        var isNetwork = causes.Any(cause => cause is IOException or SocketException or HttpRequestException);
        var isRequest = !isNetwork && causes.Any(cause => cause is ArgumentException or FormatException or InvalidOperationException);
        var code = (isNetwork, isRequest) switch
        {
            (true, _) => ModelErrorCode.NetworkError,
            (_, true) => ModelErrorCode.ValidationError,
            _ => ModelErrorCode.Unknown,
        };
        var detail = causes.OfType<SocketException>().FirstOrDefault() ?? causes[^1];
        var message = isNetwork
            ? $"No complete answer from {options.Endpoint.Authority}: {detail.Message}"
            : $"The request could not be sent: {detail.GetType().Name}: {detail.Message}";
        return new ModelOutcome.Failed(new ModelFailure(
            code,
            SafeMessage.Of(message, options.ApiKey, request.Messages),
            IsUnsent: causes.OfType<HttpRequestException>().Any(cause =>
                cause.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)));
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
