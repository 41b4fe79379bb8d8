using System.Net.Sockets;

namespace FunctionsEval.Providers.Wire;

/// <summary>Names what went wrong when no complete HTTP response came.</summary>
internal static class TransportFailure
{
    public static ModelOutcome.Failed Of(Exception exception, ProviderEndpoint options, ModelRequest request)
    {
        var causes = Causes(exception).ToList();
        var isNetwork = causes.Any(cause => cause is IOException or SocketException or HttpRequestException);
        var isBroken = !isNetwork && causes.Any(cause => cause is InvalidDataException);
        var isProxy = causes.Any(IsRefusedByProxy);
        var isRequest = causes.Any(cause => cause is ArgumentException or FormatException or InvalidOperationException);
        var code = true switch
        {
            _ when isProxy => ModelErrorCode.AuthError,
            _ when isNetwork => ModelErrorCode.NetworkError,
            _ when isBroken => ModelErrorCode.ServerError,
            _ when isRequest => ModelErrorCode.ValidationError,
            _ => ModelErrorCode.Unknown,
        };
        var detail = causes.OfType<SocketException>().FirstOrDefault() ?? causes[^1];
        var message = isNetwork || isBroken
            ? $"No complete answer from {options.Endpoint.Authority}: {detail.Message}"
            : $"The request could not be sent: {detail.GetType().Name}: {detail.Message}";
        return new ModelOutcome.Failed(new ModelFailure(
            code,
            SafeMessage.Of(message, options.ApiKey, request.Messages),
            isProxy ? 407 : isBroken ? 200 : null,
            IsUnsent: causes.OfType<HttpRequestException>().Any(cause => cause.HttpRequestError is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)));
    }

    /// <summary>The status of a proxy that opens no tunnel is only in the message.</summary>
    private static bool IsRefusedByProxy(Exception cause) =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } && cause.Message.Contains("'407'", StringComparison.Ordinal);

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
