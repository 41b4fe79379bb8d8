using System.Text;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Prompts;

/// <summary>
/// A list in one cell of a table, as programs write it there: JSON (<c>["a", "b"]</c>), Python (<c>['a', "it's"]</c>) or NumPy (<c>['a' 'b']</c>, also over
/// several lines). Items that are not quoted are taken as they stand.
/// </summary>
internal static class ListText
{
    /// <summary>Null when the text is no list.</summary>
    public static List<string>? Parse(string text)
    {
        text = text.Trim();
        if (text is not ['[', .., ']'] and not ['(', .., ')'])
        {
            return null;
        }

        return FromJson(text) ?? FromPython(text[1..^1]);
    }

    private static List<string>? FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static List<string>? FromPython(string inside)
    {
        var items = new List<string>();
        for (var at = 0; at < inside.Length;)
        {
            var unit = inside[at];
            if (char.IsWhiteSpace(unit) || unit == ',')
            {
                at++;
            }
            else if (unit is '\'' or '"')
            {
                if (Quoted(inside, ref at) is not { } item)
                {
                    return null;
                }

                items.Add(item);
            }
            else
            {
                var start = at;
                while (at < inside.Length && inside[at] != ',' && !char.IsWhiteSpace(inside[at]))
                {
                    at++;
                }

                items.Add(inside[start..at]);
            }
        }

        return items;
    }

    private static string? Quoted(string text, ref int at)
    {
        var quote = text[at++];
        var item = new StringBuilder();
        for (; at < text.Length; at++)
        {
            if (text[at] == quote)
            {
                at++;
                return item.ToString();
            }

            if (text[at] == '\\' && at + 1 < text.Length)
            {
                item.Append(text[++at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
            else
            {
                item.Append(text[at]);
            }
        }

        return null;
    }
}
