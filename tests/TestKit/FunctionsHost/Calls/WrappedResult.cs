using FunctionsEval.TestKit.FunctionsHost.Configuration;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Calls;

/// <summary>What a handler answered to a wrapped call, read as the host reads it: names ignore case, and texts that look like dates become dates.</summary>
public sealed class WrappedResult
{
    private WrappedResult(FunctionDefinition function, JObject json)
    {
        Logs = json.GetValue(nameof(Logs), StringComparison.OrdinalIgnoreCase) is JArray lines ? [.. lines.Select(line => (string)line!)] : [];
        Outputs = json.GetValue(nameof(Outputs), StringComparison.OrdinalIgnoreCase) as JObject ?? [];
        var value = json.GetValue(nameof(ReturnValue), StringComparison.OrdinalIgnoreCase);
        var isDeclared = function.Bindings.Any(binding => string.Equals(binding.Name, "$return", StringComparison.Ordinal));
        ReturnValue = isDeclared && value is { Type: JTokenType.String } text && Bytes((string)text!) is { } bytes ? new JValue(bytes) : value;
    }

    public IReadOnlyList<string> Logs { get; }

    public JObject Outputs { get; }

    public JToken? ReturnValue { get; }

    /// <summary>The return value as a trigger takes it when it wants text; null for anything that is not text.</summary>
    public string? ReturnText => ReturnValue is { Type: JTokenType.String } text ? (string?)text : null;

    /// <summary>The JSON text of the return value, null for none.</summary>
    public string? ReturnJson => ReturnValue is null or { Type: JTokenType.Null } ? null : JsonConvert.SerializeObject(ReturnValue);

    /// <summary>Null when the body is empty or null: then the host never ends the call.</summary>
    /// <exception cref="JsonException">The body is not a JSON object.</exception>
    public static WrappedResult? Parse(FunctionDefinition function, string body)
    {
        if (string.IsNullOrWhiteSpace(body))
        {
            return null;
        }

        using var reader = new JsonTextReader(new StringReader(body));
        return JToken.ReadFrom(reader) switch
        {
            JObject json => new WrappedResult(function, json),
            { Type: JTokenType.Null } => null,
            var other => throw new JsonSerializationException($"Cannot deserialize a {other.Type} into a HttpScriptInvocationResult."),
        };
    }

    private static byte[]? Bytes(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
