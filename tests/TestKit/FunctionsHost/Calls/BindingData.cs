using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Calls;

/// <summary>What goes into <c>Metadata</c>. A payload that is a JSON object overwrites it by its own properties: the host's known trap.</summary>
internal sealed class BindingData
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, object?> Values => _values;

    public BindingData With(string name, object? value)
    {
        _values[name] = value;
        return this;
    }

    public BindingData WithPropertiesOf(string? payload)
    {
        if (payload?.TrimStart().StartsWith('{') == true)
        {
            try
            {
                foreach (var property in JObject.Parse(payload).Properties().Where(property => property.Value is not JArray))
                {
                    _values[property.Name] = property.Value is JValue scalar ? scalar.Value?.ToString() : property.Value;
                }
            }
            catch (JsonException)
            {
                // Only a payload that is JSON has properties.
            }
        }

        return this;
    }
}
