using System.Text.Json;

namespace FunctionsEval.Providers.Simulator;

/// <summary>What goes into a refusal, whatever its format.</summary>
/// <param name="Type">OpenAI's word; Anthropic's and Google's follow from the status.</param>
/// <param name="Code">OpenAI's finer word.</param>
/// <param name="Param">The parameter that is refused.</param>
/// <param name="QuotaId">Google's name of the quota that was exceeded.</param>
internal readonly record struct SimulatedError(
    int Status, string Type, string? Code, string Message, string? Param = null, string? QuotaId = null);

/// <summary>Writes a refusal as each vendor does.</summary>
internal static class SimulatedErrors
{
    public static void WriteError(this SimulatedFormat format, Utf8JsonWriter json, in SimulatedError error)
    {
        json.WriteStartObject();
        if (format == SimulatedFormat.Anthropic)
        {
            json.WriteString("type"u8, "error"u8);
        }

        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        switch (format)
        {
            case SimulatedFormat.Anthropic:
                json.WriteString("type"u8, AnthropicType(error.Status));
                break;
            case SimulatedFormat.Gemini:
                json.WriteNumber("code"u8, error.Status);
                json.WriteString("status"u8, GoogleStatus(error.Status));
                WriteQuota(json, error.QuotaId);
                break;
            default:
                json.WriteString("type"u8, error.Type);
                json.WriteString("param"u8, error.Param);
                json.WriteString("code"u8, error.Code);
                break;
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteQuota(Utf8JsonWriter json, string? quotaId)
    {
        if (quotaId is not null)
        {
            json.WriteStartArray("details"u8);
            json.WriteStartObject();
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.QuotaFailure"u8);
            json.WriteStartArray("violations"u8);
            json.WriteStartObject();
            json.WriteString("quotaId"u8, quotaId);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }

    private static string AnthropicType(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };

    private static string GoogleStatus(int status) => status switch
    {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    };
}
