using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Conversions;

/// <summary>Reads what a configuration refers to, beside it.</summary>
/// <param name="target">The folder of the definition that is written.</param>
internal sealed class SourceFiles(string folder, string target)
{
    /// <summary>The path as the definition is to name it.</summary>
    public string FromTarget(string path) => Path.GetRelativePath(target, Path.GetFullPath(Path.Combine(folder, path)));

    private const string Scheme = "file://";
    private const long MaxTextBytes = 10 * 1024 * 1024;

    /// <summary>The path behind <c>file://</c>; null for any other text.</summary>
    public static string? PathOf(string? text) => text?.StartsWith(Scheme, StringComparison.Ordinal) == true ? text[Scheme.Length..] : null;

    public static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant();

    /// <summary>The files that a path with * or ** names, in order; itself where it has none.</summary>
    public IReadOnlyList<string> Find(string pattern)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return [pattern];
        }

        var start = pattern.Split('/').TakeWhile(part => !part.Contains('*', StringComparison.Ordinal)).ToList();
        var root = Path.Combine([folder, .. start]);
        var rest = pattern[string.Join('/', start).Length..].TrimStart('/');
        if (!Directory.Exists(root))
        {
            return [];
        }

        var options = new EnumerationOptions { RecurseSubdirectories = rest.Contains("**", StringComparison.Ordinal) || rest.Contains('/', StringComparison.Ordinal) };
        return [.. Directory.EnumerateFiles(root, Path.GetFileName(rest), options).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];
    }

    public bool Exists(string path) => File.Exists(Path.Combine(folder, path));

    /// <exception cref="ConversionException">There is no such file, or it is no text.</exception>
    public string Text(string path)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        if (RegularFile.Problem(file.FullName) is { } none)
        {
            throw new ConversionException($"file '{path}' {none}.");
        }

        if (file.Length > MaxTextBytes)
        {
            throw new ConversionException($"file '{path}' is longer than {MaxTextBytes / 1024 / 1024} MiB.");
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(file.FullName)).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException)
        {
            throw new ConversionException($"file '{path}' is not UTF-8.");
        }
    }

    /// <summary>A YAML or JSON file; numbers are texts as they were written.</summary>
    /// <exception cref="ConversionException">There is no such file, or it is neither.</exception>
    public JsonNode? Tree(string path) => Tree(path, Text(path));

    public static JsonNode? Tree(string path, string text)
    {
        switch (EndingOf(path) == ".json" ? JsonSource.Parse(text) : YamlSource.Parse(text))
        {
            case SourceOutcome.Malformed(var error):
                throw new ConversionException($"{path}:{error.Line}:{error.Column}: {error.Message}");
            case SourceOutcome.Read(var root):
                return VariableJson.Write(root, out var problem) is { } json
                    ? Merged(JsonNode.Parse(json))
                    : throw new ConversionException($"{path}:{problem!.Value.At.Line}: a value {problem.Value.Message}");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Rows of a table or of JSON Lines, as objects.</summary>
    /// <exception cref="ConversionException">There is no such file, or it has other things in it.</exception>
    public async Task<List<JsonObject>> RowsAsync(string path, CancellationToken cancellationToken)
    {
        if (IsPointer(path))
        {
            throw new ConversionException($"file '{path}' is a pointer of Git LFS; 'git lfs pull' brings its content.");
        }

        var rows = new List<JsonObject>();
        var format = EndingOf(path) switch { ".jsonl" or ".ndjson" => "jsonl", ".tsv" => "tsv", ".json" => "json", _ => "csv" };
        var spec = new DatasetSpec(path, null, format, null, 0, null, new Dictionary<string, IReadOnlyList<string>>());
        try
        {
            await foreach (var row in new DatasetFiles(folder).RowsAsync(spec, cancellationToken))
            {
                rows.Add(JsonObject.Create(row.Fields)!);
            }
        }
        catch (DatasetException problem)
        {
            throw new ConversionException($"{path}{(problem.Line is { } line ? $":{line}" : "")}: {problem.Message}");
        }

        return rows;
    }

    /// <summary>What a clone without Git LFS has in the place of a large file.</summary>
    private bool IsPointer(string path)
    {
        var file = Path.Combine(folder, path);
        if (RegularFile.Problem(file) is not null)
        {
            return false;
        }

        using var reader = File.OpenRead(file);
        Span<byte> start = stackalloc byte[40];
        return start[..reader.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)].StartsWith("version https://git-lfs.github.com/"u8);
    }

    /// <summary>YAML's merge keys, which promptfoo's reader knows and ours refuses.</summary>
    private static JsonNode? Merged(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                {
                    fields[name] = Merged(value?.DeepClone());
                }

                if (fields["<<"] is { } merge)
                {
                    fields.Remove("<<");
                    foreach (var inherited in (merge as JsonArray ?? [merge.DeepClone()]).OfType<JsonObject>().SelectMany(one => one).Where(field => !fields.ContainsKey(field.Key)))
                    {
                        fields[inherited.Key] = inherited.Value?.DeepClone();
                    }
                }

                return fields;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    items[index] = Merged(items[index]?.DeepClone());
                }

                return items;
            default:
                return node;
        }
    }
}

/// <summary>Values of a configuration whose shape is not known.</summary>
internal static class Loose
{
    /// <summary>Texts as they are, all else as JSON; null for null.</summary>
    public static string? Text(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(Unescaped),
    };

    public static double? Number(JsonNode? node) =>
        double.TryParse(Text(node), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>The entries of a list, or the one thing that stands in its place.</summary>
    public static IReadOnlyList<JsonNode?> Many(JsonNode? node) => node switch { null => [], JsonArray list => [.. list], _ => [node] };

    public static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
