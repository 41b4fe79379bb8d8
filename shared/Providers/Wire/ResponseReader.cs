using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>From an HTTP response to an outcome, for all vendors alike; only what an answer looks like is the format's.</summary>
internal sealed class ResponseReader(ProviderEndpoint endpoint, TimeProvider clock)
{
    public ModelOutcome Read(IWireFormat format, in WireResponse response, ModelRequest request)
    {
        if (response.IsTooLong)
        {
            return Failed(ModelErrorCode.InvalidResponse, $"The response is longer than {endpoint.MaxResponseBytes} bytes.", response.Status);
        }

        return response.Status == 200
            ? ReadAnswer(format, response, request)
            : ReadError(format, response, ErrorBodyReader.Read(response.Body), request);
    }

    private ModelOutcome ReadAnswer(IWireFormat format, in WireResponse response, ModelRequest request)
    {
        var requestId = response.Header(format.RequestIdHeader);
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            if (format.Read(document.RootElement) is { } answer)
            {
                return new ModelOutcome.Answered(answer with
                {
                    RequestId = requestId ?? answer.RequestId,
                    Limits = LimitHeaders.Read(response.Header, clock),
                });
            }

            var error = ErrorBodyReader.Read(document.RootElement);
            return error is { Status: { } status }
                ? ReadError(format, response, error.Value, request, status)
                : Failed(
                    ModelErrorCode.InvalidResponse,
                    Safe($"The response is JSON but no {format.AnswerName}{Words(error?.Message)}", request),
                    200, requestId: requestId);
        }
        catch (JsonException)
        {
            // A broken body was broken on the way, or is a page of some proxy: not what the model said, so it is worth another try.
            return Failed(
                ModelErrorCode.ServerError,
                $"The response ({response.Body.Length} bytes, {response.Header("Content-Type") ?? "no content type"}) is not JSON.",
                200, requestId: requestId);
        }
    }

    private ModelOutcome.Failed ReadError(
        IWireFormat format, in WireResponse response, in ErrorBody error, ModelRequest request, int? statusInBody = null)
    {
        var status = statusInBody ?? response.Status;
        var hint = status is >= 300 and < 400 ? ", redirects are not followed, check the base URL" : "";
        var retryAfter = RetryAfterHeaders.Read(response.Header("retry-after-ms"), response.Header("Retry-After"), clock) ?? error.RetryAfter;
        return new ModelOutcome.Failed(new ModelFailure(
            VendorErrors.CodeOf(status, error),
            Safe($"HTTP {status}{hint}{Words(error.Message)}", request),
            status,
            error.Code ?? error.Type,
            retryAfter,
            response.Header(format.RequestIdHeader) ?? error.RequestId,
            VendorErrors.IsExhausted(status, error, retryAfter),
            RejectedParameters.Of(status, error),
            LimitHeaders.Read(response.Header, clock)));
    }

    private string Safe(string message, ModelRequest request) => SafeMessage.Of(message, endpoint.ApiKey, request.Messages);

    private static string Words(string? message) => string.IsNullOrWhiteSpace(message) ? "" : $": {message}";

    private static ModelOutcome.Failed Failed(ModelErrorCode code, string message, int? status = null, string? requestId = null) =>
        new(new ModelFailure(code, message, status, RequestId: requestId));
}
