using System.Text.Json;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>
/// What Azure says of the resources of infra/, as far as they use it: resource-types.json, made by
/// <c>node resource-types.mjs</c> (beside the reader of Bicep) from the published types that the Bicep compiler itself has.
/// </summary>
internal sealed class ResourceTypes : IDisposable
{
    /// <summary>Of Bicep, not of a resource.</summary>
    private static readonly string[] OfBicep = ["parent", "scope", "dependsOn"];

    private readonly JsonDocument _types = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, "tests", "Functions.Tests", "Infrastructure", "resource-types.json")));

    public void Dispose() => _types.Dispose();

    /// <summary>What of a file Azure does not know; nothing when all is well.</summary>
    public IEnumerable<string> FaultsOf(BicepSource file)
    {
        var symbols = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var resource in file.Resources)
        {
            if (!_types.RootElement.TryGetProperty(resource.Type, out var type))
            {
                yield return $"{Path.GetFileName(file.Path)}:{resource.Line}: {resource.Type} is unknown (or new: make resource-types.json again)";
                continue;
            }

            symbols[resource.Symbol] = type;
            foreach (var fault in resource.Body is { } body && !resource.Existing ? Faults(body, type, resource.Symbol) : [])
            {
                yield return $"{Path.GetFileName(file.Path)}:{fault}";
            }
        }

        foreach (var read in file.Reads.Where(read => symbols.ContainsKey(read.Path[0]) && !CanRead(symbols[read.Path[0]], read.Path.Skip(1))))
        {
            yield return $"{Path.GetFileName(file.Path)}:{read.Line}: {string.Join('.', read.Path)} does not exist";
        }
    }

    private static IEnumerable<string> Faults(BicepValue value, JsonElement type, string path) => value.Kind switch
    {
        "object" when type.ValueKind == JsonValueKind.Object => ObjectFaults(value, type, path),
        "array" when type.ValueKind == JsonValueKind.Object && type.TryGetProperty("items", out var items) => value.Items!.SelectMany(item => Faults(item, items, $"{path}[]")),
        "either" => value.Of!.SelectMany(one => Faults(one, type, path)),
        "expression" => [],
        _ when type.ValueKind == JsonValueKind.String => type.GetString() is { } kind && (kind == "any" || IsOf(kind, value.Kind)) ? [] : [$"{value.Line}: {path} is {type}, not {value.Kind}"],
        "text" when type.TryGetProperty("oneOf", out _) => [],
        "string" when type.TryGetProperty("oneOf", out var values) => values.EnumerateArray().Any(one => one.ValueEquals(value.Value.GetString()))
            ? [] : [$"{value.Line}: {path} is none of {values.GetRawText().ReplaceLineEndings("")}, but '{value.Value}'"],
        _ => [$"{value.Line}: {path} must not be a {value.Kind}"],
    };

    private static bool IsOf(string type, string kind) => (type, kind) is ("string", "string" or "text") or ("integer", "number") or ("boolean", "boolean");

    private static IEnumerable<string> ObjectFaults(BicepValue value, JsonElement type, string path)
    {
        var members = Members(type, value);
        foreach (var (name, given) in value.Properties!.Where(property => path.Contains('.', StringComparison.Ordinal) || !OfBicep.Contains(property.Key)))
        {
            var inside = $"{path}.{name}";
            var known = members.TryGetValue(name, out var member);
            if (!known && !type.TryGetProperty("others", out member))
            {
                yield return $"{given.Line}: {inside} does not exist";
            }
            else if (known && Is(member, "readOnly"))
            {
                yield return $"{given.Line}: {inside} cannot be written";
            }
            else if (known && !member.TryGetProperty("type", out member))
            {
                yield return $"{given.Line}: {inside} is used for the first time: make resource-types.json again";
            }
            else
            {
                foreach (var fault in Faults(given, member, inside))
                {
                    yield return fault;
                }
            }
        }

        foreach (var missing in members.Where(member => Is(member.Value, "required") && !value.Properties!.ContainsKey(member.Key)).Select(member => member.Key))
        {
            yield return $"{value.Line}: {path}.{missing} is missing";
        }
    }

    /// <summary>With those of the case that the discriminator names.</summary>
    private static Dictionary<string, JsonElement> Members(JsonElement type, BicepValue? value)
    {
        var members = type.TryGetProperty("properties", out var own) ? own.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal) : [];
        if (type.TryGetProperty("by", out var by))
        {
            var chosen = value?.Properties?.GetValueOrDefault(by.GetString()!)?.Value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
            foreach (var member in type.GetProperty("cases").EnumerateObject().Where(one => value is null || one.Name == chosen).SelectMany(one => one.Value.GetProperty("properties").EnumerateObject()))
            {
                members[member.Name] = member.Value;
            }
        }

        return members;
    }

    private static bool Is(JsonElement member, string kind) => member.TryGetProperty("is", out var has) && has.ValueEquals(kind);

    private static bool CanRead(JsonElement type, IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (type.ValueKind != JsonValueKind.Object
                || !(Members(type, value: null).TryGetValue(name, out var member) ? member.TryGetProperty("type", out type) : type.TryGetProperty("others", out type)))
            {
                return false;
            }
        }

        return true;
    }
}
