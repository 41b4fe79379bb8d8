using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace FunctionsEval.Http;

/// <summary>Small JSON bodies are kept while they are answered: the serializer says where a value does not fit, not which value it is.</summary>
internal static partial class KeptBody
{
    private const int LongestBody = 64 * 1024;
    private const int LongestValue = 60;

    public static async Task KeepAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.HasJsonContentType() && request.ContentLength is > 0 and <= LongestBody)
        {
            request.EnableBuffering(LongestBody);
            await request.Body.DrainAsync(context.RequestAborted);
            request.Body.Position = 0;
        }

        await next(context);
    }

    /// <summary>The value at a path such as <c>$.models[0]</c>, as it was written; null when the body was not kept.</summary>
    public static string? ValueAt(HttpRequest request, string path)
    {
        if (!request.Body.CanSeek)
        {
            return null;
        }

        try
        {
            request.Body.Position = 0;
            using var document = JsonDocument.Parse(request.Body);
            var value = document.RootElement;
            foreach (Match step in Steps(path))
            {
                value = step.Groups["index"] is { Success: true } index
                    ? value[int.Parse(index.Value, CultureInfo.InvariantCulture)]
                    : value.GetProperty(step.Groups["name"].Value);
            }

            var text = value.GetRawText().ReplaceLineEndings(" ");
            return text.Length <= LongestValue ? text : $"{text[..LongestValue]}...";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            return null;
        }
    }

    /// <summary>What the request takes at that path; null when nobody knows.</summary>
    public static Type? TypeAt(HttpContext context, string path)
    {
        // The endpoint of a request that failed has been taken off it.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        var type = endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        foreach (Match step in Steps(path))
        {
            var info = type is null ? null : EvalJson.Default.GetTypeInfo(type);
            type = step.Groups["index"].Success
                ? info?.ElementType
                : info?.Properties.FirstOrDefault(property => Named(property, step.Groups["name"].Value))?.PropertyType;
        }

        return type;
    }

    private static bool Named(JsonPropertyInfo property, string name) => string.Equals(property.Name, name, StringComparison.Ordinal);

    private static MatchCollection Steps(string path) => Step().Matches(path);

    [GeneratedRegex(@"\.(?<name>[^.\[\]]+)|\[(?<index>\d+)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();
}
