using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Datasets;

/// <summary>
/// The columns of a row as variables, kept as the bytes of their JSON and read when they are asked for: a data set has up to 100,000 rows, and as a dictionary of
/// elements each would take four times as much.
/// </summary>
/// <param name="row">A JSON object with different names.</param>
internal sealed class RowVariables(JsonElement row) : IReadOnlyDictionary<string, JsonElement>
{
    private readonly byte[] _json = JsonMarshal.GetRawUtf8Value(row).ToArray();

    public IEnumerable<string> Keys => this.Select(variable => variable.Key);

    public IEnumerable<JsonElement> Values => this.Select(variable => variable.Value);

    public int Count => Row().GetPropertyCount();

    public JsonElement this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no variable '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out JsonElement value) => Row().TryGetProperty(key, out value);

    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator()
    {
        foreach (var property in Row().EnumerateObject())
        {
            yield return KeyValuePair.Create(property.Name, property.Value);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private JsonElement Row() => JsonElement.Parse(_json);
}
