using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>From an HTTP response to an outcome, for all vendors alike; only what an answer looks like is the format's. Never throws.</summary>
internal sealed class ResponseReader(ProviderEndpoint endpoint, TimeProvider clock)
{
    public ModelOutcome Read(IWireFormat format, in WireResponse response, ModelRequest request)
    {
        if (response.IsTooLong)
        {
            return Failed(
                ModelErrorCode.InvalidResponse, $"The response from {response.Url} is longer than {endpoint.MaxResponseBytes} bytes.", response.Status);
        }

        try
        {
            var body = JsonRepair.Of(response.Body);
            return response.Status == 200
                ? ReadAnswer(format, response, body, request)
                : ReadError(format, response, ErrorBodyReader.Read(body), request);
        }
        catch (Exception e) when (e is not JsonException)
        {
            // It was answered and is paid for: an oversight of ours must not buy it again.
            return Failed(ModelErrorCode.Unknown, $"The response from {response.Url} could not be read: {e.GetType().Name}.", response.Status);
        }
    }

    private ModelOutcome ReadAnswer(IWireFormat format, in WireResponse response, ReadOnlyMemory<byte> body, ModelRequest request)
    {
        var requestId = response.Header(format.RequestIdHeader);
        try
        {
            using var document = JsonDocument.Parse(body);
            var reading = format.Read(document.RootElement);
            if (reading.Answer is { } answer)
            {
                return Answered(answer, response, requestId, request);
            }

            return (ErrorBodyReader.Read(document.RootElement) ?? reading.Failure) is { } error
                ? ReadError(format, response, error, request, error.Status ?? VendorErrors.StatusOf(error))
                : Failed(
                    ModelErrorCode.InvalidResponse, Safe($"The response from {response.Url} is JSON but no {format.AnswerName}", request), 200, OddBody.OtherJson, requestId);
        }
        catch (JsonException)
        {
            var contentType = response.Header("Content-Type");
            var isPage = OddBody.IsPage(body.Span, contentType);

            // A body that broke on the way is not what the model said, so it is worth another try.
            return Failed(
                ModelErrorCode.ServerError,
                Safe(
                    isPage
                        ? $"The response from {response.Url} is a page for browsers ({body.Length} bytes): a portal or proxy answers in the vendor's place, or the base URL is wrong"
                        : $"The response from {response.Url} ({body.Length} bytes, {contentType ?? "no content type"}) is not JSON.",
                    request),
                200,
                isPage ? OddBody.Page : null,
                requestId);
        }
    }

    private ModelOutcome.Answered Answered(ModelAnswer answer, in WireResponse response, string? requestId, ModelRequest request)
    {
        var (text, thoughts) = request.KeepReasoning ? (answer.Text, null) : Thoughts.Split(answer.Text);
        return new ModelOutcome.Answered(answer with
        {
            Text = text,
            Reasoning = answer.Reasoning is { Length: > 0 } beside ? thoughts is null ? beside : $"{beside}\n\n{thoughts}" : thoughts,
            RequestId = requestId ?? answer.RequestId,
            Limits = LimitHeaders.Read(response.Header, clock),
        });
    }

    private ModelOutcome ReadError(IWireFormat format, in WireResponse response, in ErrorBody error, ModelRequest request, int? statusInBody = null)
    {
        var status = statusInBody ?? response.Status;
        var requestId = response.Header(format.RequestIdHeader) ?? error.RequestId;
        var limits = LimitHeaders.Read(response.Header, clock);
        if (VendorErrors.IsRefusal(status, error))
        {
            // A filter in front of the model: others say the same of a prompt inside an answer.
            var detail = Safe(error.Message ?? error.Code ?? "", request);
            return new ModelOutcome.Answered(new ModelAnswer(
                "", "content_filter", null, null, requestId, limits, Ending: AnswerEnding.Refused, EndingDetail: detail));
        }

        var hint = status switch
        {
            >= 300 and < 400 => ", redirects are not followed, check the base URL",
            407 => ", a proxy wants a user and a password",
            400 or 415 or 422 when request.Messages.Any(message => message.Images is not null) => ", the request held images, which the model may not take",
            _ => "",
        };
        var retryAfter = RetryAfterHeaders.Read(response.Header("retry-after-ms"), response.Header("Retry-After"), clock) ?? error.RetryAfter;
        return new ModelOutcome.Failed(new ModelFailure(
            VendorErrors.CodeOf(status, error),
            Safe($"HTTP {(statusInBody is null ? status : $"200 with an error in it ({status})")} from {response.Url}{hint}{Words(error.Message)}", request),
            statusInBody is null ? status : error.Status ?? 200,
            error.Code ?? error.Type ?? (status == 404 && OddBody.IsPage(response.Body.Span, null) ? OddBody.Page : null),
            retryAfter,
            requestId,
            RejectedParameters.Of(status, error),
            limits,
            Outage: VendorErrors.IsExhausted(status, error, retryAfter) ? OutageKind.Quota : OutageKind.None));
    }

    private string Safe(string message, ModelRequest request) => SafeMessage.Of(message, endpoint.ApiKey, request.Messages);

    private static string Words(string? message) => string.IsNullOrWhiteSpace(message) ? "" : $": {message}";

    private static ModelOutcome.Failed Failed(ModelErrorCode code, string message, int? status, string? vendorCode = null, string? requestId = null) =>
        new(new ModelFailure(code, message, status, vendorCode, RequestId: requestId));
}
