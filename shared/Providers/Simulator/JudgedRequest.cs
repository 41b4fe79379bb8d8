using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// What a simulated judge reads of a request. A text stands between the lines <c>=== BEGIN NAME KEY ===</c> and <c>=== END NAME KEY ===</c>; those whose
/// NAME begins with ANSWER are judged, in their order. Whatever else is written inside is a part of the text.
/// </summary>
/// <param name="Judged">The texts between delimiters; empty where the prompt has none.</param>
/// <param name="Text">The whole prompt.</param>
/// <param name="Behind">
/// What stands behind each text and before the next, for a reader that takes any line like an end for one. Without delimiters nothing tells such a
/// reader what is whose: then it is the whole prompt.
/// </param>
/// <param name="Schema">What the answer must look like; null when the request does not say it.</param>
internal sealed partial record JudgedRequest(IReadOnlyList<string> Judged, string Text, IReadOnlyList<string> Behind, JsonElement? Schema)
{
    private const string JudgedName = "ANSWER";

    /// <summary>Reads a body in any of the formats.</summary>
    public static JudgedRequest Read(in ReadOnlySequence<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var text = new StringBuilder();
        JsonElement? schema = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is "messages" or "input" or "contents" or "system" or "systemInstruction")
            {
                AddTexts(text, member.Value);
            }
            else
            {
                schema ??= FindSchema(member.Value);
            }
        }

        var prompt = text.ToString();
        var naive = SectionsOf(prompt, isNaive: true);
        return new JudgedRequest(
            [.. SectionsOf(prompt, isNaive: false).Select(section => section.Text)],
            prompt,
            naive.Count == 0 ? [prompt] : [.. naive.Select(section => section.Behind.ToString())],
            schema?.Clone());
    }

    private static void AddTexts(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                text.Append(value.GetString()).Append('\n');
                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                {
                    AddTexts(text, element);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (member.Name is "content" or "parts" or "text")
                    {
                        AddTexts(text, member.Value);
                    }
                }

                break;
        }
    }

    /// <summary>Each vendor has its own place for it.</summary>
    private static JsonElement? FindSchema(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (member.Name is "schema" or "responseJsonSchema" or "responseSchema" && member.Value.ValueKind == JsonValueKind.Object)
            {
                return member.Value;
            }

            if (FindSchema(member.Value) is { } inner)
            {
                return inner;
            }
        }

        return null;
    }

    private static List<(string Text, StringBuilder Behind)> SectionsOf(string prompt, bool isNaive)
    {
        var lines = prompt.ReplaceLineEndings("\n").Split('\n');
        var sections = new List<(string Text, StringBuilder Behind)>();
        for (var index = 0; index < lines.Length; index++)
        {
            if (NameOf(lines[index]) is { } name && EndOf(lines, index + 1, name, isNaive) is { } end)
            {
                if (name.StartsWith(JudgedName, StringComparison.Ordinal))
                {
                    sections.Add((string.Join('\n', lines[(index + 1)..end]), new StringBuilder()));
                }

                index = end;
            }
            else if (sections is [.., var last])
            {
                last.Behind.Append(lines[index]).Append('\n');
            }
        }

        return sections;
    }

    private static string? NameOf(string line) =>
        line.Trim() is { Length: > 14 } rule && rule.StartsWith("=== BEGIN ", StringComparison.Ordinal) && rule.EndsWith(" ===", StringComparison.Ordinal) ? rule[10..^4] : null;

    private static int? EndOf(string[] lines, int from, string name, bool isNaive)
    {
        for (var index = from; index < lines.Length; index++)
        {
            if (lines[index].Trim() == $"=== END {name} ===" || (isNaive && LikeAnEnd().IsMatch(lines[index])))
            {
                return index;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\s*([=\-#*_<>~`\[|]+\s*/?\s*END\b|</\w)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LikeAnEnd();
}
