using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Providers.Simulator;

/// <summary>The wire formats that the simulator speaks; each with its own errors, headers and key.</summary>
internal enum SimulatedFormat
{
    Chat,
    Responses,
    Anthropic,
    Gemini,
}

internal static class SimulatedFormats
{
    private const string GeminiSuffix = ":generateContent";
    private const string GeminiPrefix = "/models/";
    private const string ChatSuffix = "/chat/completions";
    private const string AzurePrefix = "/openai/deployments/";

    /// <summary>The format of a path without its version; null when it is none of ours. Gemini and Azure's API by deployment have the model in the path.</summary>
    public static (SimulatedFormat Format, string? Model)? Of(string path) => path switch
    {
        ChatSuffix => (SimulatedFormat.Chat, null),
        _ when path.StartsWith(AzurePrefix, StringComparison.Ordinal) && path.EndsWith(ChatSuffix, StringComparison.Ordinal) =>
            (SimulatedFormat.Chat, path[AzurePrefix.Length..^ChatSuffix.Length]),
        "/responses" => (SimulatedFormat.Responses, null),
        "/messages" => (SimulatedFormat.Anthropic, null),
        _ when path.StartsWith(GeminiPrefix, StringComparison.Ordinal) && path.EndsWith(GeminiSuffix, StringComparison.Ordinal) =>
            (SimulatedFormat.Gemini, path[GeminiPrefix.Length..^GeminiSuffix.Length]),
        _ => null,
    };

    /// <summary>The key that a request carries; vendors echo it when they refuse it.</summary>
    public static string KeyOf(this SimulatedFormat format, HttpRequest request) => format switch
    {
        SimulatedFormat.Anthropic => request.Headers["x-api-key"].ToString(),
        SimulatedFormat.Gemini => request.Headers["x-goog-api-key"].ToString(),
        _ => request.Headers.Authorization.ToString() is { Length: > 7 } bearer ? bearer[7..] : request.Headers["api-key"].ToString(),
    };

    public static string RequestIdHeader(this SimulatedFormat format) => format == SimulatedFormat.Anthropic ? "request-id" : "x-request-id";
}
