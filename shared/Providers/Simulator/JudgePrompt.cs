using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// What a simulated judge reads of a request. A text stands between the line <c>&lt;T&gt;</c> and the next line <c>&lt;/T&gt;</c>; those whose T begins with
/// "answer" are judged, in their order. Whatever else is written inside is a part of the text.
/// </summary>
/// <param name="Judged">The texts between delimiters; empty where the prompt has none.</param>
/// <param name="Text">The whole prompt.</param>
/// <param name="Behind">
/// What stands behind each text and before the next, for a reader that takes any line like a closing tag for one. Without delimiters nothing tells such a
/// reader what is whose: then it is the whole prompt.
/// </param>
/// <param name="Schema">What the answer must look like; null when the request does not say it.</param>
internal sealed record JudgePrompt(IReadOnlyList<string> Judged, string Text, IReadOnlyList<string> Behind, JsonElement? Schema)
{
    private const string JudgedName = "answer";

    /// <summary>Reads a body in any of the formats.</summary>
    public static JudgePrompt Read(in ReadOnlySequence<byte> body)
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
        return new JudgePrompt(
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
        line.Trim() is ['<', >= 'a' and <= 'z', .., '>'] tag && tag.IndexOf('>', StringComparison.Ordinal) == tag.Length - 1 ? tag[1..^1] : null;

    private static int? EndOf(string[] lines, int from, string name, bool isNaive)
    {
        var word = name.Split(' ', '-', ':')[0];
        for (var index = from; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            if (line == $"</{name}>" || (isNaive && line.StartsWith($"</{word}", StringComparison.OrdinalIgnoreCase)))
            {
                return index;
            }
        }

        return null;
    }
}
