using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Configuration;

/// <summary>One entry of <c>bindings</c> in a function.json.</summary>
public sealed class FunctionBinding(JObject json)
{
    public string Name { get; } = (string?)json["name"] ?? "";

    public string Type { get; } = (string?)json["type"] ?? "";

    public bool IsInput { get; } = !Is((string?)json["direction"], "out");

    public bool IsTrigger => Type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase);

    public bool IsOfType(string type) => Is(Type, type);

    public string? Text(string property) => (string?)json.GetValue(property, StringComparison.OrdinalIgnoreCase);

    public bool Flag(string property) => (bool?)json.GetValue(property, StringComparison.OrdinalIgnoreCase) ?? false;

    public IReadOnlyList<string> Texts(string property) =>
        json.GetValue(property, StringComparison.OrdinalIgnoreCase) is JArray array ? [.. array.Select(value => (string)value!)] : [];

    private static bool Is(string? text, string other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);
}
